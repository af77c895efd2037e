import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { ExpiryNotifications, ReservationKey } from '../coordination.ts';
import { Listeners } from '../listeners.ts';
import { PokeAgain } from '../poke-again.ts';
import { reservationKey, reservationKeyspace, reservationOfKeyspace } from './keys.ts';

/** Keys touched in one go, so that a deadline shared by thousands does not keep the connection from buyers. */
const POKE_BATCH = 500;

export interface RedisExpirySettings {
  readonly commands: Redis;
  readonly subscriptions: Redis;
  readonly database: number;
  readonly logger: Logger;
}

/** Redis deletes a key that is over, and tells everybody, when somebody touches it; left alone, many seconds later. */
export class RedisExpiryNotifications implements ExpiryNotifications, Disposable {
  readonly #settings: RedisExpirySettings;
  readonly #listeners = new Listeners<ReservationKey>();
  readonly #pokeAgain = new PokeAgain((reservation) => this.poke([reservation]));

  constructor(settings: RedisExpirySettings) {
    this.#settings = settings;
    settings.subscriptions.on('pmessage', (_pattern: string, channel: string, happened: string) => {
      const reservation = happened === 'expired' ? reservationOfKeyspace(channel) : undefined;
      if (reservation !== undefined) this.#listeners.tell(reservation);
    });
  }

  /** On a new connection for subscriptions. Rejects if it must be done again. */
  async resubscribe(): Promise<void> {
    await this.#settings.subscriptions.psubscribe(reservationKeyspace(this.#settings.database));
  }

  async poke(reservations: readonly ReservationKey[]): Promise<void> {
    for (let from = 0; from < reservations.length; from += POKE_BATCH) {
      await this.#touch(reservations.slice(from, from + POKE_BATCH));
    }
  }

  onExpired(listener: (reservation: ReservationKey) => void): () => void {
    return this.#listeners.add(listener);
  }

  [Symbol.dispose](): void {
    this.#pokeAgain[Symbol.dispose]();
  }

  /** By asking for what is left, which also shows a key that needs another moment. */
  async #touch(reservations: readonly ReservationKey[]): Promise<void> {
    const pipeline = this.#settings.commands.pipeline();
    for (const reservation of reservations) pipeline.pttl(reservationKey(reservation));
    const answers = (await pipeline.exec()) ?? [];
    for (const [at, [err, remainingMs]] of answers.entries()) {
      const reservation = reservations[at];
      if (err) this.#settings.logger.debug({ err, reservation }, 'a reservation could not be poked');
      else if (reservation !== undefined) this.#pokeAgain.ifNearlyOver(reservation, Number(remainingMs));
    }
  }
}
