import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defineScripts } from '../../../src/coordination/redis/scripts.ts';
import { type RedisServer, startRedis } from '../../support/redis.ts';
import { waitFor } from '../../support/wait-for.ts';

const [one, two, three] = ['hf:{event}:seat:1', 'hf:{event}:seat:2', 'hf:{event}:seat:3'] as const;
const own = 'hf:{event}:reservation:first';
/** Key of the party that reserves in these tests. */
const turns = 'hf:{event}:turns:viewer eve';
const MEMORY_MS = 900_000;
const LEASE_MS = 2_000;
const LONG_MS = 600_000;

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
  defineScripts(redis);
});
afterAll(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => redis.flushall());

/** Holder and TTL of each key; null if there is no key. */
async function marks(...keys: string[]): Promise<({ holder: string | null; leftMs: number } | null)[]> {
  const found = [];
  for (const key of keys) {
    const leftMs = await redis.pttl(key);
    found.push(leftMs === -2 ? null : { holder: await redis.get(key), leftMs });
  }
  return found;
}

/** Acquires claims of one reservation. */
async function take(reservation: string, keys: readonly string[], leaseMs = LEASE_MS): Promise<number[] | undefined> {
  const args = [leaseMs, '0', reservation, 1 + keys.length];
  const [refused] = await redis.hfGateAcquire(1 + keys.length, turns, ...keys, ...args);
  return refused;
}

/** Confirms claims of one reservation, whose own key is the first. */
async function hold(reservation: string, keys: readonly string[], keyMs: number, markMs: number) {
  const args = [MEMORY_MS, reservation, keys.length, keyMs, markMs, turns];
  const [own] = await redis.hfGateConfirm(keys.length, ...keys, ...args);
  return own;
}

const mark = (holder: string, mostMs: number) => ({ holder, leftMs: expect.toSatisfy(isUpTo(mostMs)) });
/** Less by at most two seconds, which is longer than an answer takes, and shorter than the differences between TTLs here. */
const isUpTo = (mostMs: number) => (leftMs: number) => leftMs > Math.max(0, mostMs - 2_000) && leftMs <= mostMs;

describe('gate-acquire', () => {
  test('claims every seat for the lease', async () => {
    expect(await take('first', [one, two])).toEqual([]);
    expect(await marks(one, two)).toEqual([mark('first', LEASE_MS), mark('first', LEASE_MS)]);
  });

  test('writes nothing and returns the positions of seats claimed by others', async () => {
    await redis.set(one, 'second', 'PX', LONG_MS);
    await redis.set(three, 'third', 'PX', LONG_MS);
    expect(await take('first', [one, two, three])).toEqual([1, 3]);
    expect(await marks(one, two, three)).toEqual([mark('second', LONG_MS), null, mark('third', LONG_MS)]);
  });

  test('renews its own claims and never shortens them', async () => {
    await redis.set(one, 'first', 'PX', 5);
    await redis.set(two, 'first', 'PX', LONG_MS);
    expect(await take('first', [one, two])).toEqual([]);
    expect(await marks(one, two)).toEqual([mark('first', LEASE_MS), mark('first', LONG_MS)]);
  });

  test('acquires several reservations one by one', async () => {
    const asked = [LEASE_MS, '0', ...['first', 3], ...['second', 3], ...['third', 2]];
    const keys = [turns, one, two, turns, two, three, turns, three];
    expect(await redis.hfGateAcquire(8, ...keys, ...asked)).toEqual([[], [1], []]);
    expect(await marks(one, two, three)).toEqual([
      mark('first', LEASE_MS),
      mark('first', LEASE_MS),
      mark('third', LEASE_MS),
    ]);
  });

  test('gives a claim without a TTL a lease', async () => {
    await redis.set(one, 'first');
    await take('first', [one]);
    expect(await marks(one)).toEqual([mark('first', LEASE_MS)]);
  });

  test('claims seats whose lease has expired', async () => {
    await take('first', [one], 50);
    await waitFor(async () => (await take('second', [one]))?.length === 0, {
      withinMs: 5_000,
      what: 'the lease to run out',
    });
    expect(await marks(one)).toEqual([mark('second', LEASE_MS)]);
  });
});

describe('gate-confirm', () => {
  test('extends its own claims to the deadline, and sets the key of the reservation', async () => {
    await take('first', [one, two]);
    expect(await hold('first', [own, one, two], LONG_MS, LONG_MS - 100)).toBe(2);
    expect(await marks(own, one, two)).toEqual([
      mark(turns, LONG_MS),
      mark('first', LONG_MS - 100),
      mark('first', LONG_MS - 100),
    ]);
  });

  test('ignores claims of others and unclaimed seats, and still sets the key of the reservation', async () => {
    await redis.set(one, 'second', 'PX', LEASE_MS);
    expect(await hold('first', [own, one, two], LONG_MS, LONG_MS)).toBe(0);
    expect(await marks(own, one, two)).toEqual([mark(turns, LONG_MS), mark('second', LEASE_MS), null]);
  });

  test('extends several reservations, each to its own deadline', async () => {
    const other = 'hf:{event}:reservation:second';
    await take('first', [one, two]);
    await take('second', [three]);
    const lefts = [...['first', 3, LONG_MS, LONG_MS, turns], ...['second', 2, 2 * LONG_MS, 2 * LONG_MS, turns]];
    const held = [2, turns, 1, turns];
    expect(await redis.hfGateConfirm(5, own, one, two, other, three, MEMORY_MS, ...lefts)).toEqual(held);
    expect(await marks(own, one, two)).toEqual([mark(turns, LONG_MS), mark('first', LONG_MS), mark('first', LONG_MS)]);
    expect(await marks(other, three)).toEqual([mark(turns, 2 * LONG_MS), mark('second', 2 * LONG_MS)]);
  });

  test('moves the deadline in both directions when called again', async () => {
    await take('first', [one]);
    await hold('first', [own, one], LONG_MS, LONG_MS);
    await hold('first', [own, one], 2 * LONG_MS, 2 * LONG_MS);
    expect(await marks(own, one)).toEqual([mark(turns, 2 * LONG_MS), mark('first', 2 * LONG_MS)]);
    await hold('first', [own, one], LEASE_MS, LEASE_MS);
    expect(await marks(own, one)).toEqual([mark(turns, LEASE_MS), mark('first', LEASE_MS)]);
  });

  test.each([0, -100])('with %d ms left removes its own marks', async (leftMs) => {
    await take('first', [one]);
    await hold('first', [own, one], LONG_MS, leftMs);
    expect(await marks(own, one)).toEqual([mark(turns, LONG_MS), null]);
  });
});

describe('gate-release', () => {
  beforeEach(async () => {
    await take('first', [one, two]);
    await hold('first', [own, one, two], LONG_MS, LONG_MS);
  });

  test('removes some claims of a running reservation', async () => {
    expect(await redis.hfGateRelease(2, own, two, 'first', '0')).toEqual([1, turns]);
    expect(await marks(own, one, two)).toEqual([mark(turns, LONG_MS), mark('first', LONG_MS), null]);
  });

  test('removes all claims of a reservation that has ended', async () => {
    expect(await redis.hfGateRelease(3, own, one, two, 'first', '1')).toEqual([2, turns]);
    expect(await marks(own, one, two)).toEqual([null, null, null]);
  });

  test('removes only claims of the reservation', async () => {
    const other = 'hf:{event}:reservation:second';
    expect(await redis.hfGateRelease(4, other, one, two, three, 'second', '1')).toEqual([0, '']);
    expect(await marks(own, one, two)).toEqual([mark(turns, LONG_MS), mark('first', LONG_MS), mark('first', LONG_MS)]);
  });
});

describe('gate-restore', () => {
  test('sets claims where there are none', async () => {
    await take('first', [one]);
    expect(await redis.hfGateRestore(2, one, two, 'second', LONG_MS, 'BOOKED', LEASE_MS)).toBe(1);
    expect(await marks(one, two)).toEqual([mark('first', LEASE_MS), mark('BOOKED', LEASE_MS)]);
  });
});

describe('rate-limit', () => {
  const [viewer, other] = ['hf:limit:mutations:viewer', 'hf:limit:mutations:other'] as const;
  const WINDOW_SECONDS = 60;
  const left = (mostMs: number) => expect.toSatisfy(isUpTo(mostMs));

  test('counts each key as often as it comes', async () => {
    const answers = await redis.hfRateLimit(3, viewer, other, viewer, WINDOW_SECONDS);
    expect(answers).toEqual([1, left(60_000), 1, left(60_000), 2, left(60_000)]);
    expect(await redis.hfRateLimit(1, viewer, WINDOW_SECONDS)).toEqual([3, left(60_000)]);
  });

  test('does not extend a window that has begun', async () => {
    await redis.set(viewer, 7, 'PX', 30_000);
    expect(await redis.hfRateLimit(1, viewer, WINDOW_SECONDS)).toEqual([8, left(30_000)]);
    expect(await marks(viewer)).toEqual([mark('8', 30_000)]);
  });
});

describe('scripts', () => {
  test('run by their digest once a connection has sent them', async () => {
    await take('first', [one]);
    await redis.config('RESETSTAT');
    await take('first', [two]);
    const stats = await redis.info('commandstats');
    expect(stats).toContain('cmdstat_evalsha:calls=1');
    expect(stats).not.toContain('cmdstat_eval:');
  });

  test('are loaded again after SCRIPT FLUSH, also for requests in flight', async () => {
    await take('first', [one]);
    await server.cli('SCRIPT', 'FLUSH');
    const answers = await Promise.all([take('second', [one]), take('second', [two])]);
    expect(answers).toEqual([[1], []]);
  });

  test('find no claims after FLUSHALL', async () => {
    await take('first', [one]);
    await server.flush();
    expect(await take('second', [one])).toEqual([]);
    expect(await hold('first', [own, one], LONG_MS, LONG_MS)).toBe(0);
    expect(await marks(one)).toEqual([mark('second', LEASE_MS)]);
  });
});
