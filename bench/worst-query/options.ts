export interface WorstQueryOptions {
  /** Operations that are tried. */
  readonly tries: number;
  /** Of the random numbers: the same seed tries the same first operations. */
  readonly seed: number;
}

/** Of the large event; there are as many small ones as a page has. */
export const SEATS = 20_000;
export const SMALL_EVENTS = 100;
export const SEATS_OF_SMALL = 1_000;
