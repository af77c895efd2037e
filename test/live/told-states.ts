import { type Availability, type SeatStatus, statusOfCode } from '../../src/domain/seat.ts';
import { unpackStatuses } from '../../src/live/packing.ts';
import type { SeatMapUpdate } from '../../src/live/sources.ts';
import type { ArrayStore } from './array-store.ts';

/**
 * State of one reader. Fails for deltas with gaps, counts that do not match the seats, and statuses that a seat did not have, or only
 * before the last one.
 */
export class ToldStates {
  readonly statuses: SeatStatus[];
  readonly #store: ArrayStore;
  /** Position in each seat's history. */
  readonly #at: number[];
  revision: number | null = null;

  constructor(store: ArrayStore) {
    this.#store = store;
    this.statuses = store.statuses().map(() => 'AVAILABLE');
    this.#at = this.statuses.map(() => 0);
  }

  hear(update: SeatMapUpdate): void {
    if (update.kind === 'delta' && update.fromRevision !== this.revision) {
      throw new Error(`a delta from ${update.fromRevision} came after ${this.revision}`);
    }
    if (update.revision < (this.revision ?? 0)) throw new Error(`${update.revision} came after ${this.revision}`);
    this.revision = update.revision;
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
