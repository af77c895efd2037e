import type { ReservationKey } from '../domain/records.ts';

/** A key that has more than this left when it is touched was extended, and its new deadline is known to the node that did that. */
const NEARLY_OVER_MS = 1_000;

/** Keys that expire within this window are touched in one batch. */
const BATCH_WINDOW_MS = 5;

interface Batch {
  readonly reservations: ReservationKey[];
  readonly timer: NodeJS.Timeout;
}

/**
 * Touches keys again that had not quite expired. A key is set a little after the store has set the deadline and outlives it by as much,
 * so that a touch exactly on time is too early.
 */
export class TouchAgain implements Disposable {
  readonly #touch: (reservations: readonly ReservationKey[]) => void;
  /** By time, in units of the window. */
  readonly #batches = new Map<number, Batch>();

  constructor(touch: (reservations: readonly ReservationKey[]) => void) {
    this.#touch = touch;
  }

  /** `remainingMs` is the key's TTL; 0 or less if there is no key. */
  ifNearlyOver(reservation: ReservationKey, remainingMs: number): void {
    if (remainingMs <= 0 || remainingMs > NEARLY_OVER_MS) return;
    const now = performance.now();
    const place = Math.ceil((now + remainingMs + 1) / BATCH_WINDOW_MS);
    const batch = this.#batches.get(place) ?? this.#addBatch(place, place * BATCH_WINDOW_MS - now);
    batch.reservations.push(reservation);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#batches.values()) clearTimeout(timer);
    this.#batches.clear();
  }

  #addBatch(place: number, inMs: number): Batch {
    const reservations: ReservationKey[] = [];
    const timer = setTimeout(() => {
      this.#batches.delete(place);
      this.#touch(reservations);
    }, inMs).unref();
    const batch = { reservations, timer };
    this.#batches.set(place, batch);
    return batch;
  }
}
