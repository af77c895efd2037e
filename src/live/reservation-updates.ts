import DataLoader from 'dataloader';
import type { Logger } from 'pino';
import type { ReservationKey, ReservationRecord } from '../domain/records.ts';
import type { Session } from '../store/engine/database.ts';
import { findReservations } from '../store/queries/reservations.ts';
import { AsyncSignal } from './async-signal.ts';
import type { LiveSeatMaps, SeatMapUse } from './live-seat-maps.ts';

/** Allowance for rounding, after which the store's clock has passed the deadline. */
const AFTER_DEADLINE_MS = 2;
/** Pause before a store that did not answer is asked again. */
const RETRY_MS = 1_000;
/** Reservations read in one statement. */
const MAX_BATCH = 500;

/** Follows single reservations for their holders. */
export class ReservationUpdates {
  readonly #seatMaps: LiveSeatMaps;
  readonly #logger: Logger;
  /** Batches reads, because thousands of reservations may end in the same second. */
  readonly #reader: DataLoader<ReservationKey, ReservationRecord | undefined>;

  constructor(store: Session, seatMaps: LiveSeatMaps, logger: Logger) {
    this.#seatMaps = seatMaps;
    this.#logger = logger;
    this.#reader = new DataLoader((keys) => readInOrder(store, keys), { cache: false, maxBatchSize: MAX_BATCH });
  }

  /**
   * Yields the state of an existing reservation now, and at every change until it has ended, or has another holder than `holderId`, if
   * given. A slow follower gets the newest state only. Rejects if the store cannot be read.
   */
  async follow(key: ReservationKey, holderId: string | null): Promise<AsyncIterableIterator<ReservationRecord>> {
    const use = await this.#seatMaps.open(key.eventId);
    if (use === null) throw new Error(`the event of the reservation ${key.reservationId} has gone`);
    const signal = new AsyncSignal();
    const stop = this.#watch(use, key, signal);
    return endingAtOnce(this.#states(key, holderId, signal), () => {
      signal.end();
      stop();
    });
  }

  #watch({ map, ...use }: SeatMapUse, { reservationId }: ReservationKey, signal: AsyncSignal): () => void {
    const stopChanges = map.onReservationsChanged((ids) => ids.includes(reservationId) && signal.wake());
    const stopClosed = map.onClosed(() => signal.end());
    return () => {
      stopChanges();
      stopClosed();
      use[Symbol.dispose]();
    };
  }

  async *#states(
    key: ReservationKey,
    holderId: string | null,
    signal: AsyncSignal,
  ): AsyncGenerator<ReservationRecord, undefined> {
    let told: ReservationRecord | undefined;
    while (!signal.ended) {
      signal.clear();
      const now = await this.#read(key);
      if (now !== undefined && (told === undefined || differ(told, now))) {
        told = now;
        yield now;
      }
      if (now !== undefined && now.status !== 'ACTIVE') return;
      if (now !== undefined && holderId !== null && now.viewerId !== holderId) return;
      await signal.wait(now === undefined ? RETRY_MS : now.expiresAtMs - now.readAtMs + AFTER_DEADLINE_MS);
    }
  }

  /** Undefined if the store does not answer. */
  async #read(key: ReservationKey): Promise<ReservationRecord | undefined> {
    try {
      return await this.#reader.load(key);
    } catch (err) {
      this.#logger.debug({ err, ...key }, 'a reservation could not be followed for now');
      return undefined;
    }
  }
}

async function readInOrder(store: Session, keys: readonly ReservationKey[]) {
  const found = new Map((await findReservations(store, keys)).map((record) => [record.id, record]));
  return keys.map(({ reservationId }) => found.get(reservationId));
}

function differ(one: ReservationRecord, other: ReservationRecord): boolean {
  return (
    one.viewerId !== other.viewerId ||
    one.status !== other.status ||
    one.expiresAtMs !== other.expiresAtMs ||
    one.extensionsUsed !== other.extensionsUsed ||
    one.seatIndexes.length !== other.seatIndexes.length
  );
}

/** Makes `return` of a generator take effect while it waits: `end` must end that wait. `end` is called in any case. */
export function endingAtOnce<Value>(
  generator: AsyncGenerator<Value, undefined>,
  end: () => void,
): AsyncIterableIterator<Value, undefined> {
  return {
    next: async () => {
      const result = await generator.next();
      if (result.done) end();
      return result;
    },
    return: () => {
      end();
      return generator.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
