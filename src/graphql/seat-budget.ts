import { GraphQLError } from 'graphql';

/** Seats that one operation may ask for: three times the largest map. A few aliases of one could otherwise fill the memory. */
const MAX_SEATS = 150_000;

/** What is left to an operation that is being executed. */
export class SeatBudget {
  #left = MAX_SEATS;

  /** Throws a top-level error for what goes beyond it. */
  spend(seats: number): void {
    this.#left -= seats;
    if (this.#left >= 0) return;
    throw new GraphQLError(`One operation may ask for ${MAX_SEATS} seats at most`, {
      extensions: { code: 'QUERY_TOO_LARGE' },
    });
  }
}
