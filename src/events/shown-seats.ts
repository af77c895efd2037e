import type { PublicSeats } from '../domain/seat.ts';

/** The seats whose public statuses this node has in memory. */
export interface ShownSeats {
  readonly liveEventIds: readonly string[];
  /** Undefined if they must be read from the store. */
  shown(eventId: string): PublicSeats | undefined;
}
