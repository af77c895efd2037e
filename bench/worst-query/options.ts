export interface WorstQueryOptions {
  /** Number of operations to try. */
  readonly tries: number;
  /** Seed of the random numbers: the same seed tries the same first operations. */
  readonly seed: number;
  /** Of a sale, with and without the worst query once a second. */
  readonly seconds: number;
  /** Times that the two take turns. */
  readonly rounds: number;
}

/** Connections of the buyers. */
export const CONNECTIONS = 64;

/** Seats of the large event. There are as many small events as a page has. */
export const SEATS = 20_000;
export const SMALL_EVENTS = 100;
export const SEATS_OF_SMALL = 1_000;
