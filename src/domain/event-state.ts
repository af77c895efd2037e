import type { EventRecord } from './records.ts';

/** A seat's row as the store has it. */
export interface StoredSeat {
  readonly status: 'AVAILABLE' | 'RESERVED' | 'BOOKED' | 'BLOCKED';
  /** While RESERVED, else null. */
  readonly reservationId: string | null;
  /** While RESERVED, else null: by the store's clock, in milliseconds since 1970. */
  readonly expiresAtMs: number | null;
}

/** All of an event's seats as the store had them at one moment. */
export interface SeatsState {
  /** That of the last change which they have in them. */
  readonly revision: number;
  /** By index. */
  readonly seats: readonly StoredSeat[];
  /** That moment by the store's clock, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** An event with all of its seats. */
export interface EventState extends SeatsState {
  readonly event: EventRecord;
}
