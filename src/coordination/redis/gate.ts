import type { Logger } from 'pino';
import type { SeatHolder } from '../../domain/seat.ts';
import type { Gate, GateAnswer, SeatClaim } from '../coordination.ts';
import { claimMs, LEASE_MS, reservationKeyMs } from '../lease.ts';
import { type Party, REST_MS, TURNS_REMEMBERED_MS } from '../party.ts';
import { batchPerTick } from './batch-per-tick.ts';
import { partyOfTurns, reservationKey, seatKey, turnsKey } from './keys.ts';
import { askFor, type Topology } from './topology/topology.ts';

export interface RedisGateSettings {
  readonly topology: Topology;
  readonly logger: Logger;
  readonly leaseMs?: number | undefined;
}

const restsMs = REST_MS.join();

/** A claim whose reservation is committed, and its time left. */
interface Holding {
  readonly claim: SeatClaim;
  readonly remainingMs: number;
}

/** Claims as keys in Redis, with one script for each operation. Times are passed as durations, never as timestamps, as clocks differ. */
export class RedisGate implements Gate {
  readonly #topology: Topology;
  readonly #logger: Logger;
  readonly #leaseMs: number;
  /** Answers as the script does. */
  readonly #acquire = batchPerTick(
    ({ eventId }: SeatClaim) => eventId,
    (claims) => this.#acquireAll(claims),
  );
  readonly #confirm = batchPerTick(
    ({ claim }: Holding) => claim.eventId,
    (holdings) => this.#confirmAll(holdings),
  );

  constructor({ topology, logger, leaseMs = LEASE_MS }: RedisGateSettings) {
    this.#topology = topology;
    this.#logger = logger;
    this.#leaseMs = leaseMs;
  }

  async acquire(claim: SeatClaim): Promise<GateAnswer> {
    if (claim.seatIndexes.length === 0) return { answer: 'taken' };
    const refused = await this.#ask(() => this.#acquire(claim));
    if (refused === undefined) return { answer: 'skipped' };
    const [first] = refused;
    if (first === undefined) return { answer: 'taken' };
    if (first < 0) return { answer: 'left-to-others', retryAfterMs: -first };
    const positions = new Set(refused);
    return { answer: 'refused', seatIndexes: claim.seatIndexes.filter((_, at) => positions.has(at + 1)) };
  }

  async confirm(claim: SeatClaim, remainingMs: number): Promise<Party | null> {
    const turns = await this.#ask(() => this.#confirm({ claim, remainingMs }));
    return turns === undefined ? (claim.party ?? null) : partyOfTurns(turns);
  }

  async release(claim: SeatClaim, reservationEnded: boolean): Promise<Party | null> {
    const keys = [reservationKey(claim), ...seatKeys(claim)];
    const ended = reservationEnded ? '1' : '0';
    const released = await this.#ask(() =>
      askFor(this.#topology, keys, (redis) => redis.hfGateRelease(keys.length, ...keys, claim.reservationId, ended)),
    );
    return released === undefined ? null : partyOfTurns(released[1]);
  }

  async restore(eventId: string, holders: readonly SeatHolder[]): Promise<void> {
    const lasting = holders.filter(({ remainingMs }) => claimMs(remainingMs) > 0);
    if (lasting.length === 0) return;
    const keys = lasting.map(({ seatIndex }) => seatKey(eventId, seatIndex));
    const values = lasting.flatMap(({ holder, remainingMs }) => [
      holder,
      Math.min(claimMs(remainingMs), this.#leaseMs),
    ]);
    await this.#ask(() =>
      askFor(this.#topology, keys, (redis) => redis.hfGateRestore(keys.length, ...keys, ...values)),
    );
  }

  #acquireAll(claims: readonly SeatClaim[]): Promise<readonly (readonly number[])[]> {
    const keys = claims.flatMap((claim) => [turnsKey(claim.eventId, claim.party), ...seatKeys(claim)]);
    const wishes = claims.flatMap(({ reservationId, seatIndexes }) => [reservationId, 1 + seatIndexes.length]);
    const times = [this.#leaseMs, restsMs];
    return askFor(this.#topology, keys, (redis) => redis.hfGateAcquire(keys.length, ...keys, ...times, ...wishes));
  }

  async #confirmAll(holdings: readonly Holding[]): Promise<readonly string[]> {
    const keys = holdings.flatMap(({ claim }) => [reservationKey(claim), ...seatKeys(claim)]);
    const lefts = holdings.flatMap(({ claim: { eventId, reservationId, seatIndexes, party }, remainingMs }) => [
      ...[reservationId, 1 + seatIndexes.length],
      ...[reservationKeyMs(remainingMs), claimMs(remainingMs), party ? turnsKey(eventId, party) : ''],
    ]);
    const held = await askFor(this.#topology, keys, (redis) =>
      redis.hfGateConfirm(keys.length, ...keys, TURNS_REMEMBERED_MS, ...lefts),
    );
    return holdings.map((_, at) => String(held[2 * at + 1] ?? ''));
  }

  /** Undefined if Redis could not be reached, or did not answer in time. */
  async #ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question();
    } catch (err) {
      this.#logger.trace({ err }, 'the gate was skipped');
      return undefined;
    }
  }
}

function seatKeys({ eventId, seatIndexes }: SeatClaim): string[] {
  return seatIndexes.map((index) => seatKey(eventId, index));
}
