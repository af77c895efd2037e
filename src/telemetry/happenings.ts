import type { EventEmitter } from 'node:events';
import type { ConsumerBacklog } from '../domain/change.ts';
import type { PaymentBacklog, PaymentState } from '../domain/payment.ts';

/** The layer that refused a mutation. The first ones are the cheapest. */
export type RefusingLayer = 'rate limit' | 'seat map' | 'gate' | 'address' | 'queue' | 'store';

/** How well a node can serve (DESIGN §11). */
export type Level = 'NORMAL' | 'DEGRADED' | 'CRITICAL';

/**
 * Everything that happens on a node and is counted or logged, as named events. Code emits them where they happen; only the app knows who
 * listens. Values must not come from outside, because most are labels of metrics.
 */
export interface Happenings {
  /** `busy`: refused for now, because too many requests wait or the store is unavailable. `failed`: a fault. */
  'operation:done': [operation: 'reserve' | 'extend' | 'confirm' | 'cancel', outcome: string];
  'mutation:refused': [by: RefusingLayer];
  /** The gate's answer about the seats of one reservation. `skipped`: it could not be reached. */
  'gate:answered': [answer: 'taken' | 'refused' | 'left-to-others' | 'skipped'];
  /** A request was refused unread, because the node was overloaded. */
  'request:refused': [];
  /** `tookMs` is measured from when it was sent. */
  'store:answered': [kind: 'statement' | 'transaction' | 'read', tookMs: number];
  /** A warning for operators of the store, in one line. */
  'store:warned': [warning: string];
  /** A frame with changes of this number of seats was made. */
  'frame:made': [seats: number];
  /** An operation was executed for all subscribers that sent the same: once for a change, and once more if one needs a snapshot. */
  'subscription:executed': [field: 'seatMap' | 'availability' | 'event'];
  /** A map was compared with the store. `missed`: it was at another revision. */
  'map:compared': [eventId: string, result: 'equal' | 'missed' | 'different'];
  /** Missed changes of a followed event were read from its log, or the event was loaded again. */
  'feed:read': [eventId: string, what: 'log' | 'event'];
  /** The keys of this number of reservations were touched at their deadline. */
  'expiry:touched': [reservations: number];
  /** A reservation that this node watches was announced as expired. */
  'expiry:announced': [];
  /** Notifications for this number of reservations did not come in time, and the store is asked. */
  'expiry:unannounced': [reservations: number];
  /** This node has ended a reservation in the store, this long after its deadline. */
  'expiry:ended': [lateMs: number];
  /** The sweep has ended this number of reservations that no node had ended in time. */
  'sweep:ended': [reservations: number];
  /** This number of old rows was removed. */
  'history:removed': [what: 'reservations' | 'changes', rows: number];
  /** The backlogs of all consumers of the change log. */
  'consumers:measured': [backlogs: readonly ConsumerBacklog[]];
  /** A payment has reached a state, by this node. */
  'payment:moved': [state: PaymentState];
  /** A call of the payment provider failed, or was not answered in time. */
  'payment:unanswered': [call: 'create' | 'authorize' | 'read' | 'capture' | 'void' | 'refund'];
  /** What is to be done for payments of all events. */
  'payments:measured': [backlog: PaymentBacklog];
  'level:changed': [
    change: { readonly level: Level; readonly was: Level; readonly since: Date; readonly reasons: readonly string[] },
  ];
}

/** For emitters. */
export type Telemetry = Pick<EventEmitter<Happenings>, 'emit'>;

/** For listeners. */
export type HappeningSource = Pick<EventEmitter<Happenings>, 'on'>;
