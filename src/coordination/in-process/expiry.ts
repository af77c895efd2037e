import type { ReservationKey } from '../../domain/records.ts';
import { Listeners } from '../../listeners.ts';
import type { ExpiryNotifications } from '../coordination.ts';
import { PokeAgain } from '../poke-again.ts';
import { LapsingMap } from './lapsing-map.ts';

/** Reservations' own keys, which are announced as they lapse. */
export class ReservationKeys implements ExpiryNotifications, Disposable {
  readonly #keys: LapsingMap<ReservationKey>;
  readonly #listeners = new Listeners<ReservationKey>();
  readonly #pokeAgain = new PokeAgain((reservations) => void this.poke(reservations));

  /** `now` gives monotonic milliseconds. */
  constructor(now: () => number) {
    this.#keys = new LapsingMap(now, (reservation) => setImmediate(() => this.#listeners.tell(reservation)));
  }

  set({ eventId, reservationId }: ReservationKey, remainingMs: number): void {
    const reservation = { eventId, reservationId };
    this.#keys.set(keyOf(reservation), reservation, remainingMs);
  }

  delete(reservation: ReservationKey): void {
    this.#keys.delete(keyOf(reservation));
  }

  async poke(reservations: readonly ReservationKey[]): Promise<void> {
    for (const reservation of reservations) this.#touch(reservation);
  }

  onExpired(listener: (reservation: ReservationKey) => void): () => void {
    return this.#listeners.add(listener);
  }

  [Symbol.dispose](): void {
    this.#pokeAgain[Symbol.dispose]();
  }

  #touch(reservation: ReservationKey): void {
    this.#pokeAgain.ifNearlyOver(reservation, this.#keys.remainingMs(keyOf(reservation)));
  }
}

function keyOf({ eventId, reservationId }: ReservationKey): string {
  return `${eventId}:${reservationId}`;
}
