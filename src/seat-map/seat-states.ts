import type { SeatChange } from '../coordination/coordination.ts';

/** All of an event's seats as the store had them at one moment. */
export interface SeatStates {
  /** In order of `index`, which counts from 0 without gaps. */
  readonly seats: readonly SeatChange[];
  /** That moment by the store's clock, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** Null if there is no such event. */
export type LoadSeatStates = (eventId: string) => Promise<SeatStates | null>;

/** The newest of each seat, of what was read and what was heard while reading. */
export function withNewer(states: SeatStates, heard: Iterable<SeatChange>): SeatStates {
  const seats = [...states.seats];
  for (const change of heard) {
    const read = seats[change.index];
    if (read !== undefined && read.version < change.version) seats[change.index] = change;
  }
  return { seats, nowMs: states.nowMs };
}
