export interface OpeningOptions {
  /** Opens of the page within the time, spread evenly. */
  readonly opens: number;
  readonly seconds: number;
  /** Connections of buyers, each of whom reserves again as soon as it has an answer. */
  readonly buyers: number;
  /** Times that the arms take turns. */
  readonly rounds: number;
}

/** Of the event that is opened and sold. */
export const SEATS = 20_000;
