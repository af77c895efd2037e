import type { Logger } from 'pino';
import type { ExpiryNotifications, ReservationKey } from '../coordination.ts';
import { Listeners } from '../listeners.ts';
import { PokeAgain } from '../poke-again.ts';
import { reservationKey, reservationOfKeyspace } from './keys.ts';
import type { Master } from './master.ts';
import type { Masters } from './masters.ts';

/** Keys touched in one go, so that a deadline shared by thousands does not keep the connection from buyers. */
const POKE_BATCH = 500;

/** Redis deletes a key that is over, and tells everybody, when somebody touches it; left alone, many seconds later. */
export class RedisExpiryNotifications implements ExpiryNotifications, Disposable {
  readonly #masters: Masters;
  readonly #logger: Logger;
  readonly #listeners = new Listeners<ReservationKey>();
  readonly #pokeAgain = new PokeAgain((reservation) => this.poke([reservation]));

  constructor(masters: Masters, logger: Logger) {
    this.#masters = masters;
    this.#logger = logger;
  }

  /** From Redis: what happened to a key, named by the channel. */
  onKeyspaceEvent(channel: string, happened: string): void {
    const reservation = happened === 'expired' ? reservationOfKeyspace(channel) : undefined;
    if (reservation !== undefined) this.#listeners.tell(reservation);
  }

  async poke(reservations: readonly ReservationKey[]): Promise<void> {
    const byMaster = new Map<Master, ReservationKey[]>();
    for (const reservation of reservations) {
      const master = this.#masters.of(reservationKey(reservation));
      if (master === undefined) continue;
      const theirs = byMaster.get(master);
      if (theirs === undefined) byMaster.set(master, [reservation]);
      else theirs.push(reservation);
    }
    await Promise.all([...byMaster].map(([master, theirs]) => this.#pokeAt(master, theirs)));
  }

  onExpired(listener: (reservation: ReservationKey) => void): () => void {
    return this.#listeners.add(listener);
  }

  [Symbol.dispose](): void {
    this.#pokeAgain[Symbol.dispose]();
  }

  async #pokeAt(master: Master, reservations: readonly ReservationKey[]): Promise<void> {
    for (let from = 0; from < reservations.length; from += POKE_BATCH) {
      await this.#touch(master, reservations.slice(from, from + POKE_BATCH));
    }
  }

  /** By asking for what is left, which also shows a key that needs another moment. */
  async #touch(master: Master, reservations: readonly ReservationKey[]): Promise<void> {
    const answers = await master.timesLeft(reservations.map(reservationKey));
    for (const [at, left] of answers.entries()) {
      const reservation = reservations[at];
      if (left instanceof Error) this.#logger.debug({ err: left, reservation }, 'a reservation could not be poked');
      else if (reservation !== undefined) this.#pokeAgain.ifNearlyOver(reservation, left);
    }
  }
}
