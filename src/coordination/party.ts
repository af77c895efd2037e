/** Who has seats: for guests their network address, as a new guest is made in no time, and otherwise the viewer. */
export type Party = `address ${string}` | `viewer ${string}`;

/** Null for an account. */
export function addressOf(party: Party | null | undefined): string | null {
  return party?.startsWith('address ') ? party.slice('address '.length) : null;
}

/**
 * How long whoever has let go of a seat once, twice, and so on leaves it to others; the last also for every further time. People
 * change their minds, and come back to the same seats.
 */
export const REST_MS: readonly number[] = [0, 0, 10_000, 30_000, 60_000, 120_000, 300_000];

/** How long it is remembered who had a seat, after the deadline of the last time. */
export const TURNS_REMEMBERED_MS = 15 * 60_000;
