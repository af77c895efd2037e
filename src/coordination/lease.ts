/**
 * TTL of a claim before its reservation is committed. Long enough for a store under load to commit; short enough that seats claimed by
 * a node that dies are free again while a buyer would wait.
 */
export const LEASE_MS = 3_000;

/**
 * A confirmed claim ends this long before its reservation. Time passes between the store's answer and the confirmation of the claim:
 * without this, the claim would outlive the deadline and turn away the next buyer of a lapsed seat. In between the store decides alone.
 */
export const CLAIM_ENDS_EARLY_MS = 100;

/** TTL of a confirmed claim, in whole milliseconds; 0 or less when the store should already decide alone. */
export function claimMs(remainingMs: number): number {
  return Math.floor(remainingMs - CLAIM_ENDS_EARLY_MS);
}

/** TTL of a reservation's own key: whole milliseconds, at least 1, never ending before the deadline. */
export function reservationKeyMs(remainingMs: number): number {
  return Math.max(1, Math.ceil(remainingMs));
}
