import type { ReservationKey } from './coordination.ts';

/** A key that lives on for longer than this when poked was extended, and its deadline is known to whoever did that. */
const NEARLY_OVER_MS = 1_000;

/**
 * Pokes once more those keys that were not quite over. A key is set a little after the store fixed the deadline, so it
 * outlives the deadline by as much, and a poke exactly on time comes too early for it.
 */
export class PokeAgain implements Disposable {
  readonly #poke: (reservation: ReservationKey) => void;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(poke: (reservation: ReservationKey) => void) {
    this.#poke = poke;
  }

  /** `remainingMs` is what the key has left; 0 or less if there is no key. */
  ifNearlyOver(reservation: ReservationKey, remainingMs: number): void {
    if (remainingMs <= 0 || remainingMs > NEARLY_OVER_MS) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#poke(reservation);
    }, remainingMs + 1);
    this.#timers.add(timer.unref());
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
