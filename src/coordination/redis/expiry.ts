import type { Logger } from 'pino';
import type { ReservationKey } from '../../domain/records.ts';
import { Listeners } from '../../listeners.ts';
import type { ExpiryNotifications } from '../coordination.ts';
import { TouchAgain } from '../touch-again.ts';
import { reservationKey, reservationOfKeyspace } from './keys.ts';
import type { Topology } from './topology/topology.ts';

/** Keys touched in one command, so that a deadline shared by thousands does not block the connection for buyers. */
const TOUCH_BATCH = 500;

/** Redis deletes an expired key, and notifies everybody, when somebody touches it; otherwise only many seconds later. */
export class RedisExpiryNotifications implements ExpiryNotifications, Disposable {
  readonly #topology: Topology;
  readonly #logger: Logger;
  readonly #listeners = new Listeners<ReservationKey>();
  readonly #touchAgain = new TouchAgain((reservations) => void this.touch(reservations));

  constructor(topology: Topology, logger: Logger) {
    this.#topology = topology;
    this.#logger = logger;
  }

  /** A keyspace notification: the channel names the key. */
  onKeyspaceEvent(channel: string, happened: string): void {
    const reservation = happened === 'expired' ? reservationOfKeyspace(channel) : undefined;
    if (reservation !== undefined) this.#listeners.tell(reservation);
  }

  async touch(reservations: readonly ReservationKey[]): Promise<void> {
    const byEvent = new Map<string, ReservationKey[]>();
    for (const reservation of reservations) {
      const { eventId } = reservation;
      byEvent.set(eventId, byEvent.get(eventId) ?? []);
      byEvent.get(eventId)?.push(reservation);
    }
    await Promise.all([...byEvent.values()].map((theirs) => this.#touchOfEvent(theirs)));
  }

  onExpired(listener: (reservation: ReservationKey) => void): () => void {
    return this.#listeners.add(listener);
  }

  [Symbol.dispose](): void {
    this.#touchAgain[Symbol.dispose]();
  }

  async #touchOfEvent(reservations: readonly ReservationKey[]): Promise<void> {
    for (let from = 0; from < reservations.length; from += TOUCH_BATCH) {
      await this.#touch(reservations.slice(from, from + TOUCH_BATCH));
    }
  }

  /** Reads the TTL of each key, which also shows the keys that have a moment left. */
  async #touch(reservations: readonly ReservationKey[]): Promise<void> {
    const keys = reservations.map(reservationKey);
    try {
      const left = (await this.#topology.of(keys[0] ?? '')?.touch(keys)) ?? [];
      for (const [at, reservation] of reservations.entries()) this.#touchAgain.ifNearlyOver(reservation, left[at] ?? 0);
    } catch (err) {
      this.#logger.debug({ err, reservations }, 'reservations could not be touched');
    }
  }
}
