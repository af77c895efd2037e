import { setImmediate } from 'node:timers/promises';

/** Seats completed at a time, some milliseconds of work whatever is asked of them. */
const SEATS_AT_ONCE = 500;

/** Has an operation's long lists completed in slices, between which the event loop does other things. */
export class Slices {
  #left = SEATS_AT_ONCE;
  /** When the newest slice begins; undefined for the first, which begins at once. */
  #begins: Promise<unknown> | undefined;

  /** The list, in the slices that are next. */
  of<Seat>(seats: readonly Seat[]): readonly Seat[] | Promise<readonly Seat[]> | readonly (Seat | Promise<Seat>)[] {
    if (seats.length > SEATS_AT_ONCE) return seats.map((seat) => this.#whenNext(1, seat));
    return this.#whenNext(seats.length, seats);
  }

  #whenNext<Value>(seats: number, value: Value): Value | Promise<Value> {
    this.#left -= seats;
    if (this.#left < 0) {
      this.#begins = this.#begins === undefined ? setImmediate() : this.#begins.then(() => setImmediate());
      this.#left = SEATS_AT_ONCE - seats;
    }
    return this.#begins === undefined ? value : this.#begins.then(() => value);
  }
}
