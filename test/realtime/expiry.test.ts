import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, expect, it, type TestContext } from 'vitest';
import { encodeEventId, encodeSeatId } from '../../src/graphql/ids.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { loadEventState } from '../../src/store/queries/event-state.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf, guestToken } from '../support/graphql.ts';
import { startRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { MapReader } from './map-reader.ts';
import { type NodeProcess, startNodeProcess } from './node-process.ts';

const seatCount = 1_000;
/** Duration of the first wave's reservations. Each later wave is a second shorter. */
const longestSeconds = 9;
const waves = 5;
const readerCount = 10;

const { url } = await testDatabase();
const database = await openDatabase({ kind: 'postgres', url, poolSize: 2 });
const redis = await startRedis();
const env = {
  DATABASE_URL: url,
  REDIS_URL: redis.url,
  JWT_SECRET: 'the secret of the tests, which is long enough',
  MAX_ACTIVE_RESERVATIONS: '1000',
  SEAT_MAP_FRAME_MS: '50',
};
const clockOff = (seconds: number) =>
  `data:text/javascript,const now = Date.now; Date.now = () => now() + ${seconds * 1_000};`;
// Their clocks are wrong, and a minute apart.
const showing = await startNodeProcess(env, [clockOff(-30)]);
const granting = await startNodeProcess(env, [clockOff(30)]);

afterAll(async () => {
  await granting[Symbol.asyncDispose]();
  await showing[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** Adds keys that do not expire during the test. */
async function fillRedis(): Promise<void> {
  const script = "for i = 1, 100000 do redis.call('SET', 'other:' .. i, 'x', 'EX', 600 + i % 600) end";
  await redis.cli('EVAL', script, 0);
}

/** Reserves each seat, in waves a second apart, so that all expire within one second, or two on a slow machine. */
async function reserveAll({ graphqlUrl }: NodeProcess, eventId: string): Promise<void> {
  const buyers = Array.from({ length: seatCount / waves / 10 }, () => guestToken(graphqlUrl));
  const tokens = await Promise.all(buyers);
  const startedAt = performance.now();
  for (let wave = 0; wave < waves; wave += 1) {
    await sleep(Math.max(0, startedAt + wave * 1_000 - performance.now()));
    const seconds = longestSeconds - wave;
    await database.rows(sql`update events set reservation_seconds = ${seconds}::int where id = ${eventId}::uuid`);
    const firstSeat = (wave * seatCount) / waves;
    await Promise.all(tokens.map((token, nth) => reserveTen(graphqlUrl, eventId, firstSeat + nth * 10, token)));
  }
}

const tens = Array.from({ length: 10 }, (_, at) => at);
const reserveTenDocument = `mutation ($eventId: ID!, ${tens.map((at) => `$s${at}: ID!`).join()}) {
  ${tens.map((at) => `r${at}: reserveSeats(input: { eventId: $eventId, seatIds: [$s${at}] }) { __typename }`).join('\n')}
}`;

/** In one request. */
async function reserveTen(graphqlUrl: string, eventId: string, from: number, token: string): Promise<void> {
  const seatIds = Object.fromEntries(tens.map((at) => [`s${at}`, encodeSeatId(eventId, from + at)]));
  const variables = { eventId: encodeEventId(eventId), ...seatIds };
  const data = await dataOf<object, object>(graphqlUrl, reserveTenDocument, variables, token);
  expect(new Set(Object.values(data).map((outcome) => outcome.__typename))).toEqual(new Set(['Reservation']));
}

async function deadlinesOf(eventId: string): Promise<readonly number[]> {
  const state = await loadEventState(database, eventId);
  return (state?.seats ?? []).map(({ expiresAtMs }) => expiresAtMs ?? Number.NaN);
}

/** Delays of all readers and seats, ascending, with `fault` before the deadlines. */
async function lateness(fault: () => Promise<unknown>): Promise<number[]> {
  const eventId = await createSampleEvent(database, seatCount);
  const options = { graphqlUrl: showing.graphqlUrl, eventId: encodeEventId(eventId), seatCount };
  const readers = Array.from({ length: readerCount }, () => new MapReader(options));
  await Promise.all(readers.map((reader) => reader.ready()));
  await reserveAll(granting, eventId);
  const deadlines = await deadlinesOf(eventId);
  expect(Math.max(...deadlines) - Math.min(...deadlines)).toBeLessThanOrEqual(2_500);
  await fault();
  expect(Date.now()).toBeLessThan(Math.min(...deadlines));

  const freed = () => readers.map(({ told }) => told.filter(({ status }) => status === 'AVAILABLE'));
  const allFree = () => freed().every(({ length }) => length >= seatCount);
  await waitFor(allFree, { withinMs: 20_000, what: 'all seats to be free again' });
  for (const reader of readers) {
    expect(reader.faults).toEqual([]);
    reader[Symbol.dispose]();
  }
  const late = freed().flat();
  expect(late).toHaveLength(readerCount * seatCount);
  return late.map(({ index, atMs }) => atMs - (deadlines[index] ?? Number.NaN)).sort((one, other) => one - other);
}

function atShare(ascending: readonly number[], share: number): number {
  return ascending[Math.max(0, Math.ceil(ascending.length * share) - 1)] ?? Number.NaN;
}

/** Minimum, p50, p99 and maximum in milliseconds. */
function figures(late: readonly number[]): string {
  return [0, 0.5, 0.99, 1].map((share) => `${atShare(late, share).toFixed(0)} ms`).join(' / ');
}

/** Simulates another clock of Redis by moving the TTLs of its keys. */
async function shiftRedisClock(byMs: number): Promise<void> {
  const script = `
    for _, key in ipairs(redis.call('KEYS', 'hf:*')) do
      redis.call('PEXPIRE', key, math.max(1, redis.call('PTTL', key) - tonumber(ARGV[1])))
    end`;
  await redis.cli('EVAL', script, 0, byMs);
}

/** Two seconds are promised. The rest is for a busy machine. Without touching keys, Redis notifies of hardly any. */
const latestByMs = 5_000;

async function expectSoon({ annotate }: TestContext, fault: () => Promise<unknown>): Promise<void> {
  const late = await lateness(fault);
  await annotate(figures(late));
  expect(atShare(late, 0)).toBeGreaterThanOrEqual(0);
  expect(atShare(late, 1)).toBeLessThanOrEqual(latestByMs);
}

it.for([
  ['Redis is flushed', () => redis.flush()],
  ["Redis's clock is set 30 s ahead", () => shiftRedisClock(30_000)],
  ["Redis's clock is set 30 s back", () => shiftRedisClock(-30_000)],
] as const)('tells of them all within 2 s when %s before they do', ([, fault], context) => expectSoon(context, fault));

/** On nodes that are warmed up, because a new process is slow. */
it('1,000 reservations that expire within a second among 100,000 other keys are sent on time, and none early', async ({
  annotate,
}) => {
  await fillRedis();
  const late = await lateness(async () => {});
  await annotate(figures(late));
  expect(atShare(late, 0)).toBeGreaterThanOrEqual(0);
  // A quarter of a second is promised. The rest is for a busy machine.
  expect(atShare(late, 0.5)).toBeLessThanOrEqual(1_000);
  expect(atShare(late, 1)).toBeLessThanOrEqual(latestByMs);
});

it('all are sent soon when Redis is stopped before the deadlines', async (context) => {
  await expectSoon(context, () => redis.stop());
  await redis.start();
});

it('all are sent soon when the granting node is killed before the deadlines', (context) =>
  expectSoon(context, () => granting.kill()));
