export interface OpeningOptions {
  /** Visits of the page, evenly distributed over the time. */
  readonly opens: number;
  readonly seconds: number;
  /** Connections of buyers, each of which reserves again after each answer. */
  readonly buyers: number;
  /** Number of rounds. */
  readonly rounds: number;
}

/** Seats of the event. */
export const SEATS = 20_000;
