import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Gate, GateAnswer, SeatClaim, SeatHolder } from '../coordination.ts';
import { LEASE_MS, markMs, reservationKeyMs } from '../lease.ts';
import { defineGateScripts } from './gate-scripts.ts';
import type { Guard } from './guard.ts';
import { reservationKey, seatKey } from './keys.ts';

export interface RedisGateSettings {
  readonly redis: Redis;
  readonly guard: Guard;
  readonly logger: Logger;
  readonly leaseMs?: number | undefined;
}

/** Marks in Redis, one script an operation. Times go there as what is left, never as a moment: clocks differ. */
export class RedisGate implements Gate {
  readonly #redis: Redis;
  readonly #guard: Guard;
  readonly #logger: Logger;
  readonly #leaseMs: number;

  constructor({ redis, guard, logger, leaseMs = LEASE_MS }: RedisGateSettings) {
    this.#redis = redis;
    this.#guard = guard;
    this.#logger = logger;
    this.#leaseMs = leaseMs;
    defineGateScripts(redis);
  }

  async take(claim: SeatClaim): Promise<GateAnswer> {
    const keys = seatKeys(claim);
    if (keys.length === 0) return { answer: 'taken' };
    const refused = await this.#ask(() => this.#redis.hfTake(keys.length, ...keys, claim.reservationId, this.#leaseMs));
    if (refused === undefined) return { answer: 'skipped' };
    if (refused.length === 0) return { answer: 'taken' };
    const positions = new Set(refused);
    return { answer: 'refused', seatIndexes: claim.seatIndexes.filter((_, at) => positions.has(at + 1)) };
  }

  async hold(claim: SeatClaim, remainingMs: number): Promise<void> {
    const keys = [reservationKey(claim), ...seatKeys(claim)];
    const lefts = [reservationKeyMs(remainingMs), markMs(remainingMs)];
    await this.#ask(() => this.#redis.hfHold(keys.length, ...keys, claim.reservationId, ...lefts));
  }

  async release(claim: SeatClaim, reservationEnded: boolean): Promise<void> {
    const keys = [reservationKey(claim), ...seatKeys(claim)];
    const ended = reservationEnded ? '1' : '0';
    await this.#ask(() => this.#redis.hfRelease(keys.length, ...keys, claim.reservationId, ended));
  }

  async correct(eventId: string, holders: readonly SeatHolder[]): Promise<void> {
    const lasting = holders.filter(({ remainingMs }) => markMs(remainingMs) > 0);
    if (lasting.length === 0) return;
    const keys = lasting.map(({ seatIndex }) => seatKey(eventId, seatIndex));
    const marks = lasting.flatMap(({ holder, remainingMs }) => [holder, Math.min(markMs(remainingMs), this.#leaseMs)]);
    await this.#ask(() => this.#redis.hfCorrect(keys.length, ...keys, ...marks));
  }

  /** Undefined if Redis could not be asked, or did not answer in time. */
  async #ask<T>(question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await this.#guard.run(question);
    } catch (err) {
      this.#logger.trace({ err }, 'the gate was skipped');
      return undefined;
    }
  }
}

function seatKeys({ eventId, seatIndexes }: SeatClaim): string[] {
  return seatIndexes.map((index) => seatKey(eventId, index));
}
