import type { ReservationKey } from '../domain/records.ts';
import type { SeatHolder } from '../domain/seat.ts';
import type { Party } from './party.ts';

/**
 * What nodes share besides the store: one interface, two implementations (redis/ for many nodes, in-process/ for one).
 * Nothing here is ever the truth. Every part may be lost, late or wrong, and the store still decides (DESIGN §2.8).
 */
export interface Coordination extends AsyncDisposable {
  readonly gate: Gate;
  readonly bus: Bus;
  readonly expiry: ExpiryNotifications;
  /** A limiter of its own name and allowance, counted over all nodes; one a name. `perMinute` 0 allows everything. */
  rateLimiter(name: string, perMinute: number): RateLimiter;
  /** Counted over all nodes and events; `maxPerAddress` 0 allows everything. */
  heldSeats(maxPerAddress: number): HeldSeats;
  /** False while what is shared cannot be reached: nodes then learn of each other's changes from the store alone. */
  readonly reachable: boolean;
  /** Called at every change of `reachable`. Returns how to stop. */
  onReachableChange(listener: (reachable: boolean) => void): () => void;
}

/**
 * Per-seat marks that turn latecomers away before they reach the store. A mark carries the id of the reservation that
 * holds the seat, and every mark lapses by itself. No method rejects: an unreachable gate is skipped.
 */
export interface Gate {
  /**
   * Marks all the seats for the reservation under a short lease, or none: then it says which were marked by others, or that the
   * claim's party, which has let go of some of them again and again, is to leave them to others for a while.
   */
  acquire(claim: SeatClaim): Promise<GateAnswer>;
  /**
   * After the commit: moves the seats' marks that are still the reservation's from the lease to `remainingMs`, and
   * sets the reservation's own key, whose expiry is announced, to the same. Again, with another time, for an extension.
   * Gives the party, which is remembered from the first time.
   */
  confirm(claim: SeatClaim, remainingMs: number): Promise<Party | null>;
  /** Removes the seats' marks that are still the reservation's; and its own key if `reservationEnded`. Gives the party. */
  release(claim: SeatClaim, reservationEnded: boolean): Promise<Party | null>;
  /**
   * Puts back what the store said of seats the gate had let through, under a short lease; never over another mark, so
   * that the claim which was refused must be released before.
   */
  restore(eventId: string, holders: readonly SeatHolder[]): Promise<void>;
}

export interface SeatClaim {
  readonly eventId: string;
  readonly reservationId: string;
  readonly seatIndexes: readonly number[];
  /** Who has the seats, where that is known. */
  readonly party?: Party | null;
}

/** Bounds what the guests of one network address hold at a time. Claims of other parties count for nothing. No method rejects. */
export interface HeldSeats {
  /** Counts the claim's seats under a short lease, or none of them: false if the address would hold more than it may. */
  acquire(claim: SeatClaim): Promise<boolean>;
  /** Counts them for `remainingMs` from now. */
  confirm(claim: SeatClaim, remainingMs: number): Promise<void>;
  release(claim: SeatClaim): Promise<void>;
}

/** For a limit of 0, which means none. */
export const uncounted: HeldSeats = { acquire: async () => true, confirm: async () => {}, release: async () => {} };

export type GateAnswer =
  | { readonly answer: 'taken' }
  | { readonly answer: 'refused'; readonly seatIndexes: readonly number[] }
  | { readonly answer: 'left-to-others'; readonly retryAfterMs: number }
  /** The gate could not be asked. */
  | { readonly answer: 'skipped' };

/** Channels on which nodes tell each other what they have done. Whatever is lost on the way is found in the store. */
export interface Bus {
  /** Never waits and never rejects. Others hear it if all is well; whether the sender hears itself is left open. */
  publish(channel: string, text: string): void;
  /** Resolves once every later message will be heard; while that cannot be, at once, and `onGap` follows when it can. */
  subscribe(channel: string, listener: BusListener): Promise<AsyncDisposable>;
}

export interface BusListener {
  onMessage(text: string): void;
  /** Messages may have been missed: the connection was lost and is back. */
  onGap(): void;
}

/** Announces reservations' own keys as they expire, on every node, whoever touched them. */
export interface ExpiryNotifications {
  /** Touches the keys of reservations that should be over, so that those that are get announced now. Never rejects. */
  touch(reservations: readonly ReservationKey[]): Promise<void>;
  /** Returns how to stop. */
  onExpired(listener: (reservation: ReservationKey) => void): () => void;
}

export interface RateLimiter {
  /** Counts one; never rejects. */
  consume(key: string): Promise<RateLimitAnswer>;
}

export type RateLimitAnswer = { readonly allowed: true } | { readonly allowed: false; readonly retryAfterMs: number };
