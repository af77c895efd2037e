import type { ReservationKey } from '../../domain/records.ts';
import { Listeners } from '../../listeners.ts';
import type { ExpiryNotifications } from '../coordination.ts';
import { TouchAgain } from '../touch-again.ts';
import { TtlMap } from './ttl-map.ts';

/** Reservations' own keys, whose expiry is announced. */
export class ReservationKeys implements ExpiryNotifications, Disposable {
  readonly #keys: TtlMap<ReservationKey>;
  readonly #listeners = new Listeners<ReservationKey>();
  readonly #touchAgain = new TouchAgain((reservations) => void this.touch(reservations));

  /** `now` gives monotonic milliseconds. */
  constructor(now: () => number) {
    this.#keys = new TtlMap(now, (reservation) => setImmediate(() => this.#listeners.tell(reservation)));
  }

  set({ eventId, reservationId }: ReservationKey, remainingMs: number): void {
    const reservation = { eventId, reservationId };
    this.#keys.set(keyOf(reservation), reservation, remainingMs);
  }

  delete(reservation: ReservationKey): void {
    this.#keys.delete(keyOf(reservation));
  }

  async touch(reservations: readonly ReservationKey[]): Promise<void> {
    for (const reservation of reservations) this.#touch(reservation);
  }

  onExpired(listener: (reservation: ReservationKey) => void): () => void {
    return this.#listeners.add(listener);
  }

  [Symbol.dispose](): void {
    this.#touchAgain[Symbol.dispose]();
  }

  #touch(reservation: ReservationKey): void {
    this.#touchAgain.ifNearlyOver(reservation, this.#keys.remainingMs(keyOf(reservation)));
  }
}

function keyOf({ eventId, reservationId }: ReservationKey): string {
  return `${eventId}:${reservationId}`;
}
