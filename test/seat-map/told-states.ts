import { unpackStatuses } from '../../src/seat-map/packing.ts';
import { type Availability, type SeatStatus, statusOfCode } from '../../src/seat-map/status.ts';
import type { SeatMapUpdate } from '../../src/seat-map/updates.ts';
import type { ArrayStore } from './array-store.ts';

/**
 * What one reader has been told. Fails for a number that is not the next, for counts that do not fit the seats, and for a
 * state the seat did not have, or only before the one told last.
 */
export class ToldStates {
  readonly statuses: SeatStatus[];
  readonly #store: ArrayStore;
  /** How far in each seat's history this reader has come. */
  readonly #at: number[];
  #sequence: number | undefined;

  constructor(store: ArrayStore) {
    this.#store = store;
    this.statuses = store.statuses().map(() => 'AVAILABLE');
    this.#at = this.statuses.map(() => 0);
  }

  hear(update: SeatMapUpdate): void {
    if (this.#sequence !== undefined && update.sequence !== this.#sequence + 1) {
      throw new Error(`message ${update.sequence} came after ${this.#sequence}`);
    }
    this.#sequence = update.sequence;
    for (const { index, status } of this.#seatsOf(update)) this.#hearSeat(index, status);
    this.#check(update.availability);
  }

  #seatsOf(update: SeatMapUpdate): Iterable<{ index: number; status: SeatStatus }> {
    if (update.kind === 'delta') return update.seats;
    const codes = unpackStatuses(update.statuses, this.statuses.length);
    return Array.from(codes, (code, index) => ({ index, status: statusOfCode(code) }));
  }

  #hearSeat(index: number, status: SeatStatus): void {
    const history = this.#store.history(index);
    const at = history.findIndex((shown, nth) => nth >= (this.#at[index] ?? 0) && shown.status === status);
    if (at === -1)
      throw new Error(`seat ${index} was told ${status}: ${JSON.stringify({ at: this.#at[index], history })}`);
    this.#at[index] = at;
    this.statuses[index] = status;
  }

  #check({ total, available, reserved, booked, blocked }: Availability): void {
    const count = (status: SeatStatus) => this.statuses.filter((told) => told === status).length;
    const counted = [count('AVAILABLE'), count('RESERVED'), count('BOOKED'), count('BLOCKED')];
    if (total !== this.statuses.length || `${counted}` !== `${[available, reserved, booked, blocked]}`) {
      throw new Error(`counts ${[available, reserved, booked, blocked]} do not fit seats ${counted}`);
    }
  }
}
