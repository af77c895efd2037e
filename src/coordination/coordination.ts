import type { ReservationKey } from '../domain/records.ts';
import type { SeatHolder } from '../domain/seat.ts';
import type { Party } from './party.ts';

/**
 * What nodes share besides the store: one interface with two implementations (redis/ for many nodes, in-process/ for one).
 * Nothing here is authoritative. Every part may be lost, late or wrong, and the store still decides (DESIGN §2.8).
 */
export interface Coordination extends AsyncDisposable {
  readonly gate: Gate;
  readonly bus: Bus;
  readonly expiry: ExpiryNotifications;
  /** A rate limiter that counts over all nodes. Each name has one. `perMinute` 0 means no limit. */
  rateLimiter(name: string, perMinute: number): RateLimiter;
  /** Counts over all nodes and events. `maxPerAddress` 0 means no limit. */
  heldSeats(maxPerAddress: number): HeldSeats;
  /** False while Redis cannot be reached: nodes then learn of each other's changes from the store alone. */
  readonly reachable: boolean;
  /** Called at every change of `reachable`. Returns how to stop. */
  onReachableChange(listener: (reachable: boolean) => void): () => void;
}

/**
 * Claims on seats that turn latecomers away before they reach the store. A claim on a seat is a key whose value is the id of the
 * reservation; every one has a TTL. No method rejects: an unreachable gate is skipped.
 */
export interface Gate {
  /**
   * Claims all seats for the reservation under a short lease, or none. Then it says which seats others have claimed, or that the party,
   * which has released some of them again and again, must leave them to others for a while.
   */
  acquire(claim: SeatClaim): Promise<GateAnswer>;
  /**
   * After the commit: extends those claims that are still the reservation's from the lease to `remainingMs`, and sets the reservation's
   * own key, whose expiry is announced, to the same. Called again for an extension. Returns the party, which is stored by the first call.
   */
  confirm(claim: SeatClaim, remainingMs: number): Promise<Party | null>;
  /** Removes the claims that are still the reservation's, and its own key if `reservationEnded`. Returns the party. */
  release(claim: SeatClaim, reservationEnded: boolean): Promise<Party | null>;
  /**
   * Restores claims that the gate had lost, as the store knows them, under a short lease. Existing claims are not overwritten, so that
   * the claim that the store refused must be released before.
   */
  restore(eventId: string, holders: readonly SeatHolder[]): Promise<void>;
}

export interface SeatClaim {
  readonly eventId: string;
  readonly reservationId: string;
  readonly seatIndexes: readonly number[];
  /** Who has the seats, if known. */
  readonly party?: Party | null;
}

/** Limits how many seats the guests of one network address hold at a time. Claims of other parties are not counted. No method rejects. */
export interface HeldSeats {
  /** Counts all seats of the claim under a short lease. Returns false, and counts none, if the address would hold too many. */
  acquire(claim: SeatClaim): Promise<boolean>;
  /** Keeps counting them for `remainingMs` from now. */
  confirm(claim: SeatClaim, remainingMs: number): Promise<void>;
  release(claim: SeatClaim): Promise<void>;
}

/** For a limit of 0, which means no limit. */
export const uncounted: HeldSeats = { acquire: async () => true, confirm: async () => {}, release: async () => {} };

export type GateAnswer =
  | { readonly answer: 'taken' }
  | { readonly answer: 'refused'; readonly seatIndexes: readonly number[] }
  | { readonly answer: 'left-to-others'; readonly retryAfterMs: number }
  /** The gate could not be reached. */
  | { readonly answer: 'skipped' };

/** Channels between nodes. Messages may be lost: receivers then read from the store. */
export interface Bus {
  /** Sends to the other nodes, without waiting. Whether the sender also receives the message is undefined. */
  publish(channel: string, text: string): void;
  /** Resolves once subscribed. While Redis cannot be reached it resolves at once, and `onGap` follows when it is subscribed. */
  subscribe(channel: string, listener: BusListener): Promise<AsyncDisposable>;
}

export interface BusListener {
  onMessage(text: string): void;
  /** Messages may have been missed: the connection was lost, and is back. */
  onGap(): void;
}

/** Announces on every node when a reservation's own key has expired, whichever node touched it. */
export interface ExpiryNotifications {
  /** Touches the keys of reservations that are due, so that expired ones are announced now. Never rejects. */
  touch(reservations: readonly ReservationKey[]): Promise<void>;
  /** Returns how to stop. */
  onExpired(listener: (reservation: ReservationKey) => void): () => void;
}

export interface RateLimiter {
  /** Counts one; never rejects. */
  consume(key: string): Promise<RateLimitAnswer>;
}

export type RateLimitAnswer = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterMs: number };
