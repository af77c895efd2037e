import type { RedisServer } from '../../test/support/redis.ts';
import type { Answer } from '../flash-sale/answers.ts';
import type { Load } from '../flash-sale/load.ts';
import type { LoadRequest, LoadRun } from '../flash-sale/load-process.ts';
import { anySeats, reserveRequests } from '../flash-sale/requests.ts';
import { quantileOf } from '../statistics.ts';
import type { Contender } from './contenders.ts';
import type { SchemesOptions } from './options.ts';
import { countSoldTwice, isGrant } from './store-checks.ts';

/** Connections of the measurement with free seats. */
const CONNECTIONS = 64;
/** More than are granted in a second. */
const FREE_SEATS_PER_SECOND = 10_000;

/** Thousands of requests for a few seats. */
export interface SaleFigures {
  /** Of all answers. */
  readonly latencyMs: Latency;
  readonly grantsPerSecond: number;
  readonly refusalsPerSecond: number;
  /** From the first request until the last grant. */
  readonly soldOutSeconds: number;
  readonly seatsGranted: number;
  readonly cpuPerAnswer: number;
  /** Number of answers by type, or by error. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly soldTwice: number;
  /** After Redis has lost its keys, and everyone has asked again. */
  readonly soldTwiceWithoutKeys: number;
}

/** Requests for free seats, each for a seat of its own. */
export interface FreeSeatFigures {
  readonly latencyMs: Latency;
  readonly grantsPerSecond: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface Tools {
  readonly load: Load;
  readonly redis: RedisServer;
  readonly options: SchemesOptions;
}

export async function runSale(contender: Contender, { load, redis, options }: Tools): Promise<SaleFigures> {
  const { users, seats, mostSeats, connections } = options;
  const eventId = await contender.openEvent(seats);
  const requests = reserveRequests(eventId, users, () => anySeats(seats, 1, mostSeats));
  const { run, cpuPerAnswer } = await sendAll(load, contender, requests, { connections, seconds: null });
  const soldTwice = await countTwice(contender, eventId, run.answers);

  await redis.flush();
  const onceMore = reserveRequests(eventId, seats, (at) => [at]);
  const rest = await sendAll(load, contender, onceMore, { connections: CONNECTIONS, seconds: null });
  const soldTwiceWithoutKeys = await countTwice(contender, eventId, [...run.answers, ...rest.run.answers]);

  return { ...figuresOf(run), cpuPerAnswer, soldTwice, soldTwiceWithoutKeys };
}

export async function runFreeSeats(contender: Contender, { load, options }: Tools): Promise<FreeSeatFigures> {
  const { seconds } = options;
  const seats = seconds * FREE_SEATS_PER_SECOND;
  const eventId = await contender.openEvent(seats);
  const requests = reserveRequests(eventId, seats, (at) => [at]);
  const { run } = await sendAll(load, contender, requests, { connections: CONNECTIONS, seconds });
  await contender.settled();
  const { latencyMs, outcomes } = figuresOf(run);
  return { latencyMs, outcomes, grantsPerSecond: run.answers.filter(isGrant).length / run.seconds };
}

async function sendAll(
  load: Load,
  contender: Contender,
  requests: readonly LoadRequest[],
  { connections, seconds }: { readonly connections: number; readonly seconds: number | null },
) {
  await load.prepare({ mutation: 'reserve', requests });
  return load.connected(contender.name, { urls: [contender.url], connections }, async (send) => {
    const before = await contender.cpuMicros();
    const run = await send({ seconds, granted: null });
    return { run, cpuPerAnswer: ((await contender.cpuMicros()) - before) / run.answers.length };
  });
}

async function countTwice(contender: Contender, eventId: string, answers: readonly Answer[]): Promise<number> {
  await contender.settled();
  return contender.databaseUrl === null ? 0 : countSoldTwice(contender.databaseUrl, eventId, answers);
}

/** Figures of one run. Rates are over its whole duration, except for grants, which end when all seats are sold. */
export function figuresOf({ answers, seconds }: LoadRun) {
  const took = answers.map(({ tookMs }) => tookMs);
  const outcomes: Record<string, number> = {};
  for (const { outcome } of answers) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  const grants = answers.filter(isGrant);
  const firstAt = Math.min(...answers.map(({ sentAtMs }) => sentAtMs));
  const lastGrantAt = Math.max(firstAt, ...grants.map(({ sentAtMs, tookMs }) => sentAtMs + tookMs));
  const soldOutSeconds = (lastGrantAt - firstAt) / 1000;
  return {
    latencyMs: { p50: quantileOf(took, 0.5), p95: quantileOf(took, 0.95), p99: quantileOf(took, 0.99) },
    grantsPerSecond: grants.length === 0 ? 0 : grants.length / soldOutSeconds,
    refusalsPerSecond: (outcomes.SeatsUnavailable ?? 0) / seconds,
    soldOutSeconds,
    seatsGranted: grants.reduce((sum, { seatIds }) => sum + seatIds.length, 0),
    outcomes,
  };
}
