/**
 * How long a mark stands before its reservation is committed. Long enough for a store under load to commit, short enough
 * that a node which dies in between keeps its seats from nobody for longer than a buyer would wait.
 */
export const LEASE_MS = 3_000;

/**
 * A held seat's mark ends this much before the reservation does. Between the store's answer and the mark's setting time
 * passes; without this, the mark would outlive the deadline by as much and turn away the next buyer of a lapsed seat.
 * In the last moments the store decides alone.
 */
export const MARK_ENDS_EARLY_MS = 100;

/** What is left for a held seat's mark, in whole milliseconds; 0 or less when the store should decide alone already. */
export function markMs(remainingMs: number): number {
  return Math.floor(remainingMs - MARK_ENDS_EARLY_MS);
}

/** What is left for a reservation's own key: whole milliseconds, never before the deadline, at least 1. */
export function reservationKeyMs(remainingMs: number): number {
  return Math.max(1, Math.ceil(remainingMs));
}
