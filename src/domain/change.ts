/** Version of the format of facts. A node reads its own version and the one before. */
export const CHANGE_VERSION = 1;

/** Everything that one write changed about an event. Its place in the event's history is its revision. */
export interface EventChange {
  readonly version: typeof CHANGE_VERSION;
  /** Never empty. No two are about one seat. */
  readonly facts: readonly Fact[];
}

/** A change with its place in the log. */
export interface LoggedChange {
  readonly revision: number;
  /** When it was written, in milliseconds since 1970 by the store's clock. */
  readonly atMs: number;
  readonly change: EventChange;
}

/** A change as its writer announces it. */
export interface CommittedChange extends LoggedChange {
  readonly eventId: string;
}

/** One thing that happened. Times are milliseconds since 1970 by the store's clock; indexes of seats ascend. */
export type Fact =
  | EventCreated
  | SalesStatusChanged
  | SeatsBlocked
  | ReservationCreated
  | ReservationExtended
  | ReservationCancelled
  | ReservationExpired
  | ReservationTransferred
  | BookingConfirmed;

/** The actor of changes that no viewer asked for. */
export const SYSTEM = 'system';

/** Has an actor, who caused it: a viewer's id, or `SYSTEM`. */
interface Attributed {
  readonly actor: string;
}

/** All of its seats are AVAILABLE except the blocked ones. */
interface EventCreated extends Attributed {
  readonly kind: 'event-created';
  readonly blockedSeatIndexes: readonly number[];
}

interface SalesStatusChanged extends Attributed {
  readonly kind: 'sales-status-changed';
  readonly salesStatus: 'DRAFT' | 'ON_SALE' | 'PAUSED' | 'CLOSED';
}

interface SeatsBlocked extends Attributed {
  readonly kind: 'seats-blocked' | 'seats-unblocked';
  readonly seatIndexes: readonly number[];
}

/** Its seats may include seats of lapsed reservations. */
interface ReservationCreated extends Attributed {
  readonly kind: 'reservation-created';
  readonly reservationId: string;
  readonly seatIndexes: readonly number[];
  readonly expiresAtMs: number;
}

/** Extended by its holder, or for a payment. */
interface ReservationExtended extends Attributed {
  readonly kind: 'reservation-extended';
  readonly reservationId: string;
  /** All of its seats. */
  readonly seatIndexes: readonly number[];
  readonly expiresAtMs: number;
}

/** Some of its seats were released, or all (`isOver`). */
interface ReservationCancelled extends Attributed {
  readonly kind: 'reservation-cancelled';
  readonly reservationId: string;
  readonly seatIndexes: readonly number[];
  readonly isOver: boolean;
}

interface ReservationExpired extends Attributed {
  readonly kind: 'reservation-expired';
  readonly reservationId: string;
  /** The seats that it still held. Others may have been reserved again. */
  readonly seatIndexes: readonly number[];
}

/** With its payments and booking, to the actor, who claimed what a guest had. Its seats stay as they are. */
interface ReservationTransferred extends Attributed {
  readonly kind: 'reservation-transferred';
  readonly reservationId: string;
  /** Id of the viewer who had it. */
  readonly from: string;
  /** Whether it was active, and before its deadline. */
  readonly isRunning: boolean;
}

interface BookingConfirmed extends Attributed {
  readonly kind: 'booking-confirmed';
  readonly bookingId: string;
  readonly reservationId: string;
  readonly seatIndexes: readonly number[];
  /** Whether the reservation had lapsed when its payment came, and its seats were still free. Absent means not. */
  readonly isLate?: boolean | undefined;
}

/** The changes that a consumer of the log has yet to handle. */
export interface ConsumerBacklog {
  readonly consumer: string;
  readonly changes: number;
  /** How long ago the oldest of them was written; 0 if there is none. */
  readonly oldestMs: number;
  /** Events whose last attempt failed. */
  readonly failingEvents: number;
}
