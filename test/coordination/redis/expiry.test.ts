import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { connectRedis } from '../../../src/coordination/redis/coordination.ts';
import { withExpired } from '../../../src/coordination/redis/topology/preparation.ts';
import { type RedisServer, startRedis } from '../../support/redis.ts';
import { waitFor } from '../../support/wait-for.ts';
import { recordLogs } from '../logs.ts';

const soon = { withinMs: 20_000 };

test.each([
  ['', 'Kx'],
  ['xK', 'xK'],
  ['AKE', 'AKE'],
  ['A', 'AK'],
  ['Eg$', 'Eg$Kx'],
])('the flags "%s" become "%s"', (flags, wanted) => {
  expect(withExpired(flags)).toBe(wanted);
});

test('a thousand due keys are announced at once among twenty thousand others, and extended ones are not', async () => {
  await using redis = await startRedis();
  await using node = await connectRedis(redis.url, { logger: recordLogs().logger });
  await addKeysWithTtl(redis, 20_000);
  const eventId = randomUUID();
  const reservations = Array.from({ length: 1_100 }, (_, at) => ({ eventId, reservationId: `r${at}` }));
  const extended = reservations.slice(1_000);
  const expired = new Set<string>();
  node.expiry.onExpired(({ reservationId }) => expired.add(reservationId));

  const holdMs = 2_000;
  for (const key of reservations) await node.gate.confirm({ ...key, seatIndexes: [] }, holdMs);
  for (const key of extended) await node.gate.confirm({ ...key, seatIndexes: [] }, 600_000);
  await isOver(redis, holdMs);

  await node.expiry.touch(reservations);
  // Without touching keys, Redis sends hardly any in that time.
  await waitFor(() => expired.size >= 1_000, { withinMs: 5_000, what: 'a thousand announcements' });
  expect(expired).toEqual(new Set(reservations.slice(0, 1_000).map(({ reservationId }) => reservationId)));
});

test('a key that is touched a moment too early is still announced on time', async () => {
  await using redis = await startRedis();
  await using node = await connectRedis(redis.url, { logger: recordLogs().logger });
  await addKeysWithTtl(redis, 20_000);
  const reservations = Array.from({ length: 50 }, (_, at) => ({ eventId: 'event', reservationId: `r${at}` }));
  let expired = 0;
  node.expiry.onExpired(() => {
    expired += 1;
  });
  await Promise.all(reservations.map((key) => node.gate.confirm({ ...key, seatIndexes: [] }, 300)));
  await node.expiry.touch(reservations);
  await waitFor(() => expired === 50, { withinMs: 5_000, what: 'fifty announcements' });
});

test('announcements keep to the database in the URL', async () => {
  await using redis = await startRedis();
  const logger = recordLogs().logger;
  await using first = await connectRedis(redis.url, { logger });
  await using second = await connectRedis(`${redis.url}/2`, { logger });
  const told: string[] = [];
  first.expiry.onExpired(({ reservationId }) => told.push(`first: ${reservationId}`));
  second.expiry.onExpired(({ reservationId }) => told.push(`second: ${reservationId}`));
  const [one, two] = ['one', 'two'].map((reservationId) => ({ eventId: 'event', reservationId, seatIndexes: [] }));
  if (one === undefined || two === undefined) throw new Error('unreachable');
  await second.gate.confirm(two, 1);
  await second.expiry.touch([two]);
  await waitFor(() => told.length === 1, { ...soon, what: 'the announcement in the second database' });
  await first.gate.confirm(one, 1);
  await first.expiry.touch([one]);
  await waitFor(() => told.length === 2, { ...soon, what: 'the announcement in the first database' });
  expect(told).toEqual(['second: two', 'first: one']);
});

test('existing notification flags are kept', async () => {
  await using redis = await startRedis();
  await redis.cli('CONFIG', 'SET', 'notify-keyspace-events', 'Eg');
  await using _ = await connectRedis(redis.url, { logger: recordLogs().logger });
  const [, flags] = (await redis.cli('CONFIG', 'GET', 'notify-keyspace-events')) as string[];
  expect([...(flags ?? '')].toSorted()).toEqual(['E', 'K', 'g', 'x']);
});

test('a Redis that refuses CONFIG causes one warning with the setting, and is still used', async () => {
  await using redis = await startRedis();
  await redis.cli('ACL', 'SETUSER', 'plain', 'on', '>secret', '~*', '&*', '+@all', '-config');
  const url = redis.url.replace('redis://', 'redis://plain:secret@');
  const logs = recordLogs();
  await using node = await connectRedis(url, { logger: logs.logger });
  expect(node.reachable).toBe(true);
  await redis.cli('CLIENT', 'KILL', 'TYPE', 'normal');
  await waitFor(() => logs.lines.filter(({ msg }) => msg === 'Redis can be reached').length === 2, {
    ...soon,
    what: 'the connection to come back',
  });
  expect(logs.warnings().filter((text) => text.includes('notify-keyspace-events to "Kx"'))).toHaveLength(1);
});

/** Adds keys that occupy Redis' own search for expired ones. */
async function addKeysWithTtl(redis: RedisServer, count: number): Promise<void> {
  const client = new Redis(redis.url);
  const pipeline = client.pipeline();
  for (let at = 0; at < count; at += 1) pipeline.set(`other:${at}`, '', 'EX', 3_600);
  await pipeline.exec();
  await client.quit();
}

/** Waits until a new key with this TTL has expired, by Redis' clock. */
async function isOver(redis: RedisServer, ms: number): Promise<void> {
  await redis.cli('SET', 'witness', '', 'PX', ms);
  await waitFor(async () => (await redis.cli('EXISTS', 'witness')) === 0, { withinMs: ms + 5_000, what: 'the time' });
}
