import type { Logger } from 'pino';
import type { HeldSeats, SeatClaim } from '../coordination.ts';
import { LEASE_MS, reservationKeyMs } from '../lease.ts';
import { addressOf } from '../party.ts';
import { batchPerTick } from './batch-per-tick.ts';
import { addressKey } from './keys.ts';
import { askFor, type Topology } from './topology/topology.ts';

export interface RedisHeldSeatsSettings {
  readonly topology: Topology;
  readonly logger: Logger;
  readonly maxPerAddress: number;
}

/** The seats of a claim, for the address that they count for. */
interface Seats {
  readonly key: string;
  readonly names: readonly string[];
  readonly leftMs: number;
}

/** Counts in Redis, over all events. While Redis cannot be reached there is no limit. */
export class RedisHeldSeats implements HeldSeats {
  readonly #topology: Topology;
  readonly #logger: Logger;
  readonly #maxPerAddress: number;
  readonly #acquire = batchPerTick(
    ({ key }: Seats) => this.#topology.groupOf(key),
    (claims) => this.#acquireTogether(claims),
  );
  readonly #keep = batchPerTick(
    ({ key }: Seats) => this.#topology.groupOf(key),
    (claims) => this.#keepTogether(claims),
  );

  constructor({ topology, logger, maxPerAddress }: RedisHeldSeatsSettings) {
    this.#topology = topology;
    this.#logger = logger;
    this.#maxPerAddress = maxPerAddress;
  }

  async acquire(claim: SeatClaim): Promise<boolean> {
    return (await this.#ask(claim, LEASE_MS, this.#acquire)) !== 0;
  }

  async confirm(claim: SeatClaim, remainingMs: number): Promise<void> {
    await this.#ask(claim, reservationKeyMs(remainingMs), this.#keep);
  }

  async release(claim: SeatClaim): Promise<void> {
    await this.#ask(claim, 0, this.#keep);
  }

  /** Undefined if there is nothing to count, or Redis could not be reached. */
  async #ask(
    { eventId, party, reservationId, seatIndexes }: SeatClaim,
    leftMs: number,
    question: (seats: Seats) => Promise<number>,
  ): Promise<number | undefined> {
    const address = addressOf(party);
    if (address === null || seatIndexes.length === 0) return undefined;
    const names = seatIndexes.map((index) => `${eventId} ${reservationId} ${index}`);
    try {
      return await question({ key: addressKey(address), names, leftMs });
    } catch (err) {
      this.#logger.trace({ err }, 'the seats of an address were not counted');
      return undefined;
    }
  }

  #acquireTogether(claims: readonly Seats[]): Promise<readonly number[]> {
    const keys = claims.map(({ key }) => key);
    const seats = claims.flatMap(({ names }) => [names.length, ...names]);
    const limits = [LEASE_MS, this.#maxPerAddress];
    return askFor(this.#topology, keys, (redis) => redis.hfHeldSeatsAcquire(keys.length, ...keys, ...limits, ...seats));
  }

  #keepTogether(claims: readonly Seats[]): Promise<readonly number[]> {
    const keys = claims.map(({ key }) => key);
    const seats = claims.flatMap(({ names, leftMs }) => [leftMs, names.length, ...names]);
    return askFor(this.#topology, keys, (redis) => redis.hfHeldSeatsConfirm(keys.length, ...keys, ...seats));
  }
}
