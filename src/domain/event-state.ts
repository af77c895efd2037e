import type { EventRecord } from './records.ts';

/** A seat as stored. */
export interface StoredSeat {
  readonly status: 'AVAILABLE' | 'RESERVED' | 'BOOKED' | 'BLOCKED';
  /** Null unless RESERVED. */
  readonly reservationId: string | null;
  /** Null unless RESERVED. By the store's clock, in milliseconds since 1970. */
  readonly expiresAtMs: number | null;
}

/** All seats of an event as stored at one moment. */
export interface SeatsState {
  /** Of the last change that they include. */
  readonly revision: number;
  /** By index. */
  readonly seats: readonly StoredSeat[];
  /** The moment, by the store's clock in milliseconds since 1970. */
  readonly nowMs: number;
}

/** An event with all of its seats. */
export interface EventState extends SeatsState {
  readonly event: EventRecord;
}
