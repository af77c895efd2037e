export interface WorstQueryOptions {
  /** Number of operations to try. */
  readonly tries: number;
  /** Seed of the random numbers: the same seed tries the same first operations. */
  readonly seed: number;
}

/** Seats of the large event. There are as many small events as a page has. */
export const SEATS = 20_000;
export const SMALL_EVENTS = 100;
export const SEATS_OF_SMALL = 1_000;
