/** How facts are written. A node reads what its own version and the one before have written. */
export const CHANGE_VERSION = 1;

/** All that one write changed of an event. Its place in the event's history is its revision. */
export interface EventChange {
  readonly version: typeof CHANGE_VERSION;
  /** Never empty. No two are about one seat. */
  readonly facts: readonly Fact[];
}

/** A change in its place. */
export interface LoggedChange {
  readonly revision: number;
  /** When it was written, in milliseconds since 1970 by the store's clock. */
  readonly atMs: number;
  readonly change: EventChange;
}

/** A change as its writer tells of it. */
export interface CommittedChange extends LoggedChange {
  readonly eventId: string;
}

/** One thing that happened. Moments are milliseconds since 1970 by the store's clock, indexes of seats ascend. */
export type Fact =
  | EventCreated
  | SalesStatusChanged
  | SeatsBlocked
  | ReservationCreated
  | ReservationExtended
  | ReservationCancelled
  | ReservationExpired
  | BookingConfirmed;

/** The actor of what no viewer asked for. */
export const SYSTEM = 'system';

/** Whose doing it was: a viewer's id, or `SYSTEM`. */
interface Doing {
  readonly actor: string;
}

/** All of its seats are AVAILABLE but those that are blocked. */
interface EventCreated extends Doing {
  readonly kind: 'event-created';
  readonly blockedSeatIndexes: readonly number[];
}

interface SalesStatusChanged extends Doing {
  readonly kind: 'sales-status-changed';
  readonly salesStatus: 'DRAFT' | 'ON_SALE' | 'PAUSED' | 'CLOSED';
}

interface SeatsBlocked extends Doing {
  readonly kind: 'seats-blocked' | 'seats-unblocked';
  readonly seatIndexes: readonly number[];
}

/** Seats of reservations that had lapsed may be among its own. */
interface ReservationCreated extends Doing {
  readonly kind: 'reservation-created';
  readonly reservationId: string;
  readonly seatIndexes: readonly number[];
  readonly expiresAtMs: number;
}

/** By its holder, or so that a payment fits. */
interface ReservationExtended extends Doing {
  readonly kind: 'reservation-extended';
  readonly reservationId: string;
  /** All that it holds. */
  readonly seatIndexes: readonly number[];
  readonly expiresAtMs: number;
}

/** Some of its seats were let go of, or all: then it is over. */
interface ReservationCancelled extends Doing {
  readonly kind: 'reservation-cancelled';
  readonly reservationId: string;
  readonly seatIndexes: readonly number[];
  readonly isOver: boolean;
}

interface ReservationExpired extends Doing {
  readonly kind: 'reservation-expired';
  readonly reservationId: string;
  /** Those that it still held: others may have been reserved anew. */
  readonly seatIndexes: readonly number[];
}

interface BookingConfirmed extends Doing {
  readonly kind: 'booking-confirmed';
  readonly bookingId: string;
  readonly reservationId: string;
  readonly seatIndexes: readonly number[];
}

/** What a consumer of the change log has yet to do. */
export interface ConsumerBacklog {
  readonly consumer: string;
  readonly changes: number;
  /** How long ago the oldest of them was written; 0 if there is none. */
  readonly oldestMs: number;
  /** Events whose last attempt failed. */
  readonly failingEvents: number;
}
