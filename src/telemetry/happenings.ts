import type { EventEmitter } from 'node:events';
import type { ConsumerBacklog } from '../domain/change.ts';

/** Who turned a mutation away: a rush ends at one of them, the first are the cheapest. */
export type RefusingLayer = 'rate limit' | 'seat map' | 'gate' | 'address' | 'queue' | 'store';

/** How well a node can serve (DESIGN §11). */
export type Level = 'NORMAL' | 'DEGRADED' | 'CRITICAL';

/**
 * All that happens on a node and is worth counting or logging, by name. Whoever does it says so where it is done; who listens, only
 * the app knows. Values are not to come from outside: most are labels of metrics.
 */
export interface Happenings {
  /** `busy`: refused for now, as too much waits or the store is away; `failed`: a fault. */
  'operation:done': [operation: 'reserve' | 'extend' | 'confirm' | 'cancel', outcome: string];
  'mutation:refused': [by: RefusingLayer];
  /** By the gate, about the seats of one reservation; `skipped`: it could not be asked. */
  'gate:answered': [answer: 'taken' | 'refused' | 'left-to-others' | 'skipped'];
  /** Unread, as the node had too much to do. */
  'request:refused': [];
  /** From when it was sent. */
  'store:answered': [kind: 'statement' | 'transaction' | 'read', tookMs: number];
  /** What whoever runs the store should know, in a line. */
  'store:warned': [warning: string];
  /** Changes of so many seats were told in one. */
  'frame:made': [seats: number];
  /** Once for all who subscribe alike: one a change and distinct operation, one more where somebody must be told everything. */
  'subscription:executed': [field: 'seatMap' | 'availability' | 'event'];
  /** With the store; `missed`: the map was at another revision. */
  'map:compared': [eventId: string, result: 'equal' | 'missed' | 'different'];
  /** What was missed of an event that is followed was read from its log, or all of it was loaded anew. */
  'feed:read': [eventId: string, what: 'log' | 'event'];
  /** Keys of so many reservations were touched at their deadline. */
  'expiry:touched': [reservations: number];
  /** A reservation that this node watches was announced as expired. */
  'expiry:announced': [];
  /** Of so many no announcement came in time: the store is asked. */
  'expiry:unannounced': [reservations: number];
  /** This node has written that a reservation is over, so long after its deadline. */
  'expiry:ended': [lateMs: number];
  /** So many reservations were ended that nobody else had ended. */
  'sweep:ended': [reservations: number];
  /** So many rows of what was over long ago. */
  'history:removed': [what: 'reservations' | 'changes', rows: number];
  /** Of all consumers of the change log, as the store has them. */
  'consumers:measured': [backlogs: readonly ConsumerBacklog[]];
  'level:changed': [
    change: { readonly level: Level; readonly was: Level; readonly since: Date; readonly reasons: readonly string[] },
  ];
}

/** Where it is said. */
export type Telemetry = Pick<EventEmitter<Happenings>, 'emit'>;

/** Where it is heard. */
export type HappeningSource = Pick<EventEmitter<Happenings>, 'on'>;
