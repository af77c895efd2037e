import type { ReservationKey } from '../domain/records.ts';

/** A key that lives on for longer than this when touched was extended, and its deadline is known to whoever did that. */
const NEARLY_OVER_MS = 1_000;

/** Keys that are over within this long of each other are touched together. */
const GATHER_MS = 5;

interface Turn {
  readonly reservations: ReservationKey[];
  readonly timer: NodeJS.Timeout;
}

/**
 * Touches once more those keys that were not quite over. A key is set a little after the store fixed the deadline, so it
 * outlives the deadline by as much, and a touch exactly on time comes too early for it.
 */
export class TouchAgain implements Disposable {
  readonly #touch: (reservations: readonly ReservationKey[]) => void;
  /** By their place in time. */
  readonly #turns = new Map<number, Turn>();

  constructor(touch: (reservations: readonly ReservationKey[]) => void) {
    this.#touch = touch;
  }

  /** `remainingMs` is what the key has left; 0 or less if there is no key. */
  ifNearlyOver(reservation: ReservationKey, remainingMs: number): void {
    if (remainingMs <= 0 || remainingMs > NEARLY_OVER_MS) return;
    const now = performance.now();
    const place = Math.ceil((now + remainingMs + 1) / GATHER_MS);
    const turn = this.#turns.get(place) ?? this.#addTurn(place, place * GATHER_MS - now);
    turn.reservations.push(reservation);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#turns.values()) clearTimeout(timer);
    this.#turns.clear();
  }

  #addTurn(place: number, inMs: number): Turn {
    const reservations: ReservationKey[] = [];
    const timer = setTimeout(() => {
      this.#turns.delete(place);
      this.#touch(reservations);
    }, inMs).unref();
    const turn = { reservations, timer };
    this.#turns.set(place, turn);
    return turn;
  }
}
