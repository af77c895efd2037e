/** Who has seats: for guests their network address, because anyone can become a new guest at once, and otherwise the viewer. */
export type Party = `address ${string}` | `viewer ${string}`;

/** The network address of a guest; null for an account. */
export function addressOf(party: Party | null | undefined): string | null {
  return party?.startsWith('address ') ? party.slice('address '.length) : null;
}

/**
 * How long a party that has released a seat once, twice, and so on must leave it to others. The last value also applies to every further
 * time. The first ones are 0, because people change their minds and come back to the same seats.
 */
export const REST_MS: readonly number[] = [0, 0, 10_000, 30_000, 60_000, 120_000, 300_000];

/** How long after the deadline it is remembered that a party had a seat. */
export const TURNS_REMEMBERED_MS = 15 * 60_000;
