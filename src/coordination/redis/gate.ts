import type { Logger } from 'pino';
import type { Gate, GateAnswer, SeatClaim, SeatHolder } from '../coordination.ts';
import { LEASE_MS, markMs, reservationKeyMs } from '../lease.ts';
import { gatheredByTurn } from './gathered-turn.ts';
import { reservationKey, seatKey } from './keys.ts';
import { askFor, type Masters } from './masters.ts';

export interface RedisGateSettings {
  readonly masters: Masters;
  readonly logger: Logger;
  readonly leaseMs?: number | undefined;
}

/** A claim that was committed, and what it has left. */
interface Holding {
  readonly claim: SeatClaim;
  readonly remainingMs: number;
}

/** Marks in Redis, one script an operation. Times go there as what is left, never as a moment: clocks differ. */
export class RedisGate implements Gate {
  readonly #masters: Masters;
  readonly #logger: Logger;
  readonly #leaseMs: number;
  /** Gives the positions, from 1, of the seats marked by others. */
  readonly #take = gatheredByTurn(
    ({ eventId }: SeatClaim) => eventId,
    (claims) => this.#takeTogether(claims),
  );
  readonly #hold = gatheredByTurn(
    ({ claim }: Holding) => claim.eventId,
    (holdings) => this.#holdTogether(holdings),
  );

  constructor({ masters, logger, leaseMs = LEASE_MS }: RedisGateSettings) {
    this.#masters = masters;
    this.#logger = logger;
    this.#leaseMs = leaseMs;
  }

  async take(claim: SeatClaim): Promise<GateAnswer> {
    if (claim.seatIndexes.length === 0) return { answer: 'taken' };
    const refused = await this.#ask(() => this.#take(claim));
    if (refused === undefined) return { answer: 'skipped' };
    if (refused.length === 0) return { answer: 'taken' };
    const positions = new Set(refused);
    return { answer: 'refused', seatIndexes: claim.seatIndexes.filter((_, at) => positions.has(at + 1)) };
  }

  async hold(claim: SeatClaim, remainingMs: number): Promise<void> {
    await this.#ask(() => this.#hold({ claim, remainingMs }));
  }

  async release(claim: SeatClaim, reservationEnded: boolean): Promise<void> {
    const keys = [reservationKey(claim), ...seatKeys(claim)];
    const ended = reservationEnded ? '1' : '0';
    await this.#ask(() =>
      askFor(this.#masters, keys, (redis) => redis.hfRelease(keys.length, ...keys, claim.reservationId, ended)),
    );
  }

  async correct(eventId: string, holders: readonly SeatHolder[]): Promise<void> {
    const lasting = holders.filter(({ remainingMs }) => markMs(remainingMs) > 0);
    if (lasting.length === 0) return;
    const keys = lasting.map(({ seatIndex }) => seatKey(eventId, seatIndex));
    const marks = lasting.flatMap(({ holder, remainingMs }) => [holder, Math.min(markMs(remainingMs), this.#leaseMs)]);
    await this.#ask(() => askFor(this.#masters, keys, (redis) => redis.hfCorrect(keys.length, ...keys, ...marks)));
  }

  #takeTogether(claims: readonly SeatClaim[]): Promise<readonly (readonly number[])[]> {
    const keys = claims.flatMap(seatKeys);
    const wishes = claims.flatMap(({ reservationId, seatIndexes }) => [reservationId, seatIndexes.length]);
    return askFor(this.#masters, keys, (redis) => redis.hfTake(keys.length, ...keys, this.#leaseMs, ...wishes));
  }

  #holdTogether(holdings: readonly Holding[]): Promise<readonly number[]> {
    const keys = holdings.flatMap(({ claim }) => [reservationKey(claim), ...seatKeys(claim)]);
    const lefts = holdings.flatMap(({ claim: { reservationId, seatIndexes }, remainingMs }) => [
      ...[reservationId, 1 + seatIndexes.length],
      ...[reservationKeyMs(remainingMs), markMs(remainingMs)],
    ]);
    return askFor(this.#masters, keys, (redis) => redis.hfHold(keys.length, ...keys, ...lefts));
  }

  /** Undefined if Redis could not be asked, or did not answer in time. */
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
