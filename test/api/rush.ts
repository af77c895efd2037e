import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { ConfirmReservationDocument, ReserveSeatsDocument } from '../../src/client/generated/documents.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { verify } from '../../src/store/queries/verification.ts';
import type { Reply } from '../support/graphql.ts';
import { tokenFor } from '../support/node.ts';
import { postOver } from './post-over.ts';
import { storedStatuses } from './store-view.ts';
import { type Offer, seatAt } from './venue.ts';

/** `no answer` if the connection was refused or lost. The request is then sent again, as for a busy service. */
export type AnswerKind = string;

export interface Answer {
  readonly operation: 'reserve' | 'confirm';
  readonly kind: AnswerKind;
  /** When it arrived, by `performance.now()`. */
  readonly atMs: number;
  readonly tookMs: number;
  /** By index. */
  readonly seat: number;
}

export interface RushOptions {
  /** URL of the next attempt. */
  readonly graphqlUrl: () => string;
  readonly sale: Offer;
  readonly buyers: number;
  /** Pause before a retry. */
  readonly pauseMs?: number;
  /** Books each nth reservation; none by default. */
  readonly bookEvery?: number;
  /** Requests a sold seat after each nth reservation. */
  readonly loseEvery?: number;
}

const retryable = ['no answer', 'ServiceBusy', 'SERVICE_BUSY'];

/** Concurrent buyers, each of whom reserves the next seat and is replaced by another, until stopped or sold out. */
export class Rush implements AsyncDisposable {
  readonly answers: Answer[] = [];
  /** Ids of reservations by seat index. */
  readonly reserved = new Map<number, string>();
  readonly booked = new Set<number>();
  /** Wrong answers. */
  readonly faults: string[] = [];
  readonly #options: RushOptions;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #reserve = postOver(this.#agent, ReserveSeatsDocument);
  readonly #confirm = postOver(this.#agent, ConfirmReservationDocument);
  readonly #buyers: Promise<unknown>;
  #nextSeat = 0;
  #isOver = false;
  #isGivenUp = false;

  constructor(options: RushOptions) {
    this.#options = options;
    this.#buyers = Promise.all(Array.from({ length: options.buyers }, () => this.#buy()));
  }

  /** Answers between two moments. */
  between(fromMs: number, toMs: number): Answer[] {
    return this.answers.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
  }

  /** Granted reservations per second. */
  speed(fromMs: number, toMs: number): number {
    return (this.between(fromMs, toMs).filter(isSale).length * 1_000) / (toMs - fromMs);
  }

  /** Resolves when all requests have a final answer. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#buyers;
  }

  /** Aborts requests without a final answer. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isGivenUp = true;
    await this.stop();
    this.#agent.destroy();
  }

  async #buy(): Promise<void> {
    const { sale, bookEvery = Number.POSITIVE_INFINITY, loseEvery = Number.POSITIVE_INFINITY } = this.#options;
    while (!this.#isOver && this.#nextSeat < sale.seatIds.length) {
      const seat = this.#nextSeat;
      this.#nextSeat += 1;
      const token = await tokenFor(`the buyer of seat ${seat}`);
      const id = await this.#reserveSeat(seat, token);
      if (id === undefined) continue;
      this.reserved.set(seat, id);
      if (seat % bookEvery === 0 && (await this.#insist('confirm', seat, () => this.#confirmOnce(id, token)))) {
        this.booked.add(seat);
      }
      if (seat % loseEvery === 0) await this.#lose(seat);
    }
  }

  async #reserveSeat(seat: number, token: string): Promise<string | undefined> {
    const { eventId, seatIds } = this.#options.sale;
    const input = { eventId, seatIds: [seatAt(seatIds, seat)], idempotencyKey: `seat ${seat}` };
    const post = () => this.#reserve(this.#options.graphqlUrl(), { input }, token);
    return this.#insist('reserve', seat, async () => {
      const { data, errors } = await post();
      const outcome = data?.reserveSeats;
      return outcome?.__typename === 'Reservation' ? { won: outcome.id } : { kind: kindOf(outcome, errors) };
    });
  }

  async #confirmOnce(reservationId: string, token: string) {
    const { data, errors } = await this.#confirm(this.#options.graphqlUrl(), { input: { reservationId } }, token);
    const outcome = data?.confirmReservation;
    return outcome?.__typename === 'Booking' ? { won: outcome.id } : { kind: kindOf(outcome, errors) };
  }

  async #lose(seat: number): Promise<void> {
    const token = await tokenFor(`too late for seat ${seat}`);
    const { eventId, seatIds } = this.#options.sale;
    const input = { eventId, seatIds: [seatAt(seatIds, seat)] };
    const { data } = await this.#reserve(this.#options.graphqlUrl(), { input }, token).catch(() => ({ data: null }));
    if (data?.reserveSeats.__typename === 'Reservation') this.faults.push(`seat ${seat} was sold twice`);
  }

  /** Retries until a final answer. Undefined for a wrong answer, which is a fault. */
  async #insist(
    operation: Answer['operation'],
    seat: number,
    ask: () => Promise<{ readonly won: string } | { readonly kind: AnswerKind }>,
  ): Promise<string | undefined> {
    for (;;) {
      const askedAt = performance.now();
      const answer = await ask().catch(() => ({ kind: 'no answer' }));
      const atMs = performance.now();
      const kind = 'won' in answer ? 'won' : answer.kind;
      this.answers.push({ operation, kind, atMs, tookMs: atMs - askedAt, seat });
      if ('won' in answer) return answer.won;
      if (this.#isGivenUp) return undefined;
      if (!retryable.includes(kind)) {
        this.faults.push(`${operation} of seat ${seat}: ${kind}`);
        return undefined;
      }
      await sleep(this.#options.pauseMs ?? 100);
    }
  }
}

export function isSale({ operation, kind }: Answer): boolean {
  return operation === 'reserve' && kind === 'won';
}

/** Counts answers by kind. */
export function countKinds(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of answers) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** The longest time between two granted reservations. */
export function longestGapMs(answers: readonly Answer[]): number {
  const moments = answers.filter(isSale).map(({ atMs }) => atMs);
  return Math.max(0, ...moments.slice(1).map((atMs, nth) => atMs - (moments[nth] ?? atMs)));
}

/** Expects the store to be consistent, and to have exactly what was acknowledged. To be called after the rush has stopped. */
export async function expectNothingLost(
  rush: Rush,
  sale: Offer,
  { graphqlUrl, databaseUrl }: { readonly graphqlUrl: string; readonly databaseUrl: string },
): Promise<void> {
  expect(rush.faults).toEqual([]);
  const expected = sale.seatIds.map((_, seat) =>
    rush.booked.has(seat) ? 'BOOKED' : rush.reserved.has(seat) ? 'RESERVED' : 'AVAILABLE',
  );
  expect(await storedStatuses({ graphqlUrl }, sale)).toEqual(expected);
  await using database = await openDatabase({ kind: 'postgres', url: databaseUrl, poolSize: 1 });
  const breaches: string[] = [];
  await verify(database, { overdueSeconds: null }, (verdict) => {
    if (verdict.count > 0) breaches.push(`${verdict.promise}: ${verdict.breaches[0]?.what}`);
  });
  expect(breaches).toEqual([]);
}

function kindOf(outcome: { readonly __typename: string } | undefined, errors: Reply<unknown>['errors']): AnswerKind {
  return outcome?.__typename ?? String(errors?.[0]?.extensions?.code ?? 'neither data nor errors');
}
