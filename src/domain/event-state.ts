/** A seat's row as the store has it. */
export interface StoredSeat {
  readonly status: 'AVAILABLE' | 'RESERVED' | 'BOOKED' | 'BLOCKED';
  /** While RESERVED, else null. */
  readonly reservationId: string | null;
  /** While RESERVED, else null: by the store's clock, in milliseconds since 1970. */
  readonly expiresAtMs: number | null;
}

/** All of an event's seats as the store had them at one moment. */
export interface EventState {
  /** That of the last change which they have in them. */
  readonly revision: number;
  /** By index. */
  readonly seats: readonly StoredSeat[];
  /** That moment by the store's clock, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** Null if there is no such event. */
export type LoadEventState = (eventId: string) => Promise<EventState | null>;
