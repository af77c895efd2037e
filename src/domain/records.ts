import type { Buyer } from './payment.ts';

// Times are milliseconds since 1970 by the store's clock. Amounts are in minor units of the event's currency.

export type SalesStatus = 'DRAFT' | 'ON_SALE' | 'PAUSED' | 'CLOSED';
export type ReservationStatus = 'ACTIVE' | 'CONFIRMED' | 'CANCELLED' | 'EXPIRED';
export type BookingStatus = 'CONFIRMED' | 'CANCELLED';

export interface EventRecord {
  readonly id: string;
  readonly name: string;
  readonly venue: string;
  readonly startsAtMs: number;
  /** Of the venue, an IANA name. */
  readonly timeZone: string;
  readonly currency: string;
  readonly salesStatus: SalesStatus;
  readonly reservationSeconds: number;
  /** Of all that the event was made of, its layout included: SHA-256 in base64url; empty for events made before it was kept. */
  readonly contentDigest: string;
}

/** What seats of one kind cost. */
export interface CategoryRecord {
  /** In the event's list, from 0. */
  readonly position: number;
  readonly name: string;
  /** '#rrggbb'; null where the plan gives none. */
  readonly color: string | null;
  /** Null for one that is not on sale. */
  readonly amount: number | null;
}

/** Identifies a reservation. Reservations are looked up by event and id. */
export interface ReservationKey {
  readonly eventId: string;
  readonly reservationId: string;
}

/** A reservation as it was at `readAtMs` by the store's clock. */
export interface ReservationRecord {
  readonly eventId: string;
  readonly id: string;
  readonly viewerId: string;
  readonly status: ReservationStatus;
  /** Ascending. */
  readonly seatIndexes: readonly number[];
  readonly totalAmount: number;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly extensionsUsed: number;
  readonly readAtMs: number;
}

export interface BookingKey {
  readonly eventId: string;
  readonly bookingId: string;
}

export interface BookingRecord {
  readonly eventId: string;
  readonly id: string;
  readonly reservationId: string;
  readonly viewerId: string;
  readonly reference: string;
  readonly status: BookingStatus;
  readonly totalAmount: number;
  /** Ascending. */
  readonly seatIndexes: readonly number[];
  readonly bookedAtMs: number;
  /** Null if there was nothing to pay. */
  readonly paymentId: string | null;
  /** Null if the buyer gave nothing. */
  readonly buyer: Buyer | null;
}

/** Why a reservation that is not running cannot be changed. */
export type NotRunning =
  | { readonly outcome: 'not-found' }
  | { readonly outcome: 'not-active'; readonly status: 'CONFIRMED' | 'CANCELLED' }
  | { readonly outcome: 'expired'; readonly expiredAtMs: number };
