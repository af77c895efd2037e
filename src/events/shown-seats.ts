import type { PublicSeats } from '../domain/seat.ts';

/** What this node shows without asking the store. */
export interface ShownSeats {
  readonly liveEventIds: readonly string[];
  /** Undefined when only the store can tell. */
  shown(eventId: string): PublicSeats | undefined;
}
