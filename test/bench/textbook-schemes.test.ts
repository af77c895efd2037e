import { randomUUID } from 'node:crypto';
import postgres, { type Sql } from 'postgres';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { dualAttribute } from '../../bench/schemes/dual-attribute.ts';
import { hybrid } from '../../bench/schemes/hybrid.ts';
import { longRowLock } from '../../bench/schemes/long-row-lock.ts';
import { redisLock } from '../../bench/schemes/redis-lock.ts';
import type { OpenScheme, Scheme, SchemeOptions } from '../../bench/schemes/scheme.ts';
import { statusAndCron } from '../../bench/schemes/status-and-cron.ts';
import { countDeadlocks, countSoldTwice } from '../../bench/schemes/store-checks.ts';
import { addSeats, createTables } from '../../bench/schemes/tables.ts';
import { encodeEventId, encodeReservationId, encodeSeatId } from '../../src/graphql/ids.ts';
import { createDatabase, databaseName, onServer } from '../support/create-database.ts';
import { testRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';

const databaseUrl = await createDatabase(inject('postgresUrl'));
const redis = await testRedis();
await onServer(databaseUrl, createTables);

afterAll(async () => {
  await redis[Symbol.asyncDispose]();
  await onServer(inject('postgresUrl'), (sql) => sql`drop database ${sql(databaseName(databaseUrl))} with (force)`);
});

const schemes = { longRowLock, statusAndCron, dualAttribute, redisLock, hybrid };
const names = Object.keys(schemes) as (keyof typeof schemes)[];

function open(scheme: OpenScheme, options: Partial<SchemeOptions> = {}): Scheme {
  const [long, soon] = [3_600_000, 1];
  return scheme({
    databaseUrl,
    redisUrl: redis.url,
    poolSize: 5,
    holdMs: long,
    payingMs: soon,
    cronMs: long,
    ...options,
  });
}

async function newEvent(): Promise<string> {
  const eventId = randomUUID();
  await onServer(databaseUrl, (sql) => addSeats(sql, eventId, 3));
  return eventId;
}

/** By a new viewer. */
function reserve(scheme: Scheme, eventId: string, ...seats: readonly number[]) {
  return scheme.reserve({ eventId, seats, viewerId: randomUUID() });
}

const within = (what: string) => ({ withinMs: 30_000, what });

describe.each(names)('%s', (name) => {
  test('grants a seat to one of several concurrent buyers', async () => {
    const eventId = await newEvent();
    await using scheme = open(schemes[name]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => reserve(scheme, eventId, 0)));
    expect(answers.filter((hold) => hold !== null)).toHaveLength(1);
    await scheme.settled();
    const stored = await onServer(databaseUrl, (sql) => sql`select id from reservations where event_id = ${eventId}`);
    expect([...stored]).toEqual([{ id: answers.find((hold) => hold !== null)?.id }]);
  });

  test('grants all of the seats or none', async () => {
    const eventId = await newEvent();
    await using scheme = open(schemes[name]);
    expect(await reserve(scheme, eventId, 1)).not.toBeNull();
    expect(await reserve(scheme, eventId, 0, 1)).toBeNull();
    expect(await reserve(scheme, eventId, 2, 0)).not.toBeNull();
  });

  test('grants a seat again when the hold is over', async () => {
    const eventId = await newEvent();
    await using scheme = open(schemes[name], { holdMs: 50, payingMs: null, cronMs: 10 });
    expect(await reserve(scheme, eventId, 0)).not.toBeNull();
    await waitFor(() => reserve(scheme, eventId, 0), within('the seat to be granted again'));
  });
});

test('status and cron refuse an expired seat until the job has run', async () => {
  const eventId = await newEvent();
  await using scheme = open(statusAndCron, { holdMs: 1 });
  await reserve(scheme, eventId, 0);
  const isExpired = (sql: Sql) => sql`
    select from seats where event_id = ${eventId} and index = 0 and expires_at < now()`;
  await waitFor(async () => (await onServer(databaseUrl, isExpired)).length === 1, within('the hold to be over'));
  expect(await reserve(scheme, eventId, 0)).toBeNull();
});

test('a buyer of the long row lock keeps others waiting, and has booked the seat in the end', async () => {
  const eventId = await newEvent();
  await using scheme = open(longRowLock, { payingMs: 300 });
  expect(await reserve(scheme, eventId, 0)).not.toBeNull();
  expect(await reserve(scheme, eventId, 0)).toBeNull();
  const stored = await onServer(
    databaseUrl,
    (sql) => sql`select status from seats where event_id = ${eventId} and index = 0`,
  );
  expect([...stored]).toEqual([{ status: 'BOOKED' }]);
});

describe('once Redis has lost its keys', () => {
  async function reserveTwice(scheme: Scheme) {
    const eventId = await newEvent();
    const first = await reserve(scheme, eventId, 0);
    await redis.cli('DEL', `seat-lock:${eventId}:0`);
    return { eventId, first, second: await reserve(scheme, eventId, 0) };
  }

  test('the Redis lock grants a seat twice, which is counted', async () => {
    await using scheme = open(redisLock);
    const { eventId, second } = await reserveTwice(scheme);
    expect(second).not.toBeNull();
    expect(await countSoldTwice(databaseUrl, encodeEventId(eventId), [])).toBe(1);
  });

  test('the hybrid refuses it', async () => {
    await using scheme = open(hybrid);
    const { eventId, first, second } = await reserveTwice(scheme);
    expect(first).not.toBeNull();
    expect(second).toBeNull();
    expect(await countSoldTwice(databaseUrl, encodeEventId(eventId), [])).toBe(0);
  });
});

test('a seat counts as sold twice if two buyers got it in their answers', async () => {
  const eventId = await newEvent();
  await using scheme = open(dualAttribute);
  const hold = await reserve(scheme, eventId, 0);
  const answer = (reservationId: string) => ({
    request: 0,
    outcome: 'Reservation',
    id: encodeReservationId(eventId, reservationId),
    seatIds: [encodeSeatId(eventId, 0)],
    sentAtMs: 0,
    tookMs: 1,
  });
  const count = (...ids: readonly string[]) => countSoldTwice(databaseUrl, encodeEventId(eventId), ids.map(answer));
  expect(await count(hold?.id ?? '')).toBe(0);
  expect(await count(hold?.id ?? '', randomUUID())).toBe(1);
});

test('a deadlock is counted', async () => {
  const url = await createDatabase(inject('postgresUrl'));
  const eventId = randomUUID();
  const sql = postgres(url, { max: 2 });
  await createTables(sql);
  await addSeats(sql, eventId, 2);
  let waiting = 2;
  let go = () => {};
  const bothHaveOne = new Promise<void>((resolve) => {
    go = resolve;
  });
  const lockBoth = (first: number, second: number) =>
    sql.begin(async (transaction) => {
      await transaction`select from seats where index = ${first} for update`;
      waiting -= 1;
      if (waiting === 0) go();
      await bothHaveOne;
      await transaction`select from seats where index = ${second} for update`;
    });
  const ends = await Promise.allSettled([lockBoth(0, 1), lockBoth(1, 0)]);
  await sql.end();
  expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(await countDeadlocks(url)).toBe(1);
  await onServer(inject('postgresUrl'), (server) => server`drop database ${server(databaseName(url))}`);
});
