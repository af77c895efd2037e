import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changesChannel } from '../../src/coordination/redis/keys.ts';
import { encodeEventId } from '../../src/graphql/ids.ts';
import { encodeChange } from '../../src/live/change-news.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { hold } from '../store/buyers.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { testDatabase } from '../support/database.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { MapReader } from './map-reader.ts';
import { type MeteredNode, startMeteredNode } from './metered-node.ts';

const soon = { withinMs: 20_000 };
const numbersTo = (count: number) => Array.from({ length: count }, (_, nth) => nth);

const { url } = await testDatabase();
const database = await openDatabase({ kind: 'postgres', url, poolSize: 8 });
afterAll(() => database[Symbol.asyncDispose]());

let redis: RedisServer;
let node: MeteredNode;
beforeAll(async () => {
  redis = await startRedis();
  node = await startMeteredNode({ DATABASE_URL: url, REDIS_URL: redis.url });
});
afterAll(async () => {
  await node?.[Symbol.asyncDispose]();
  await redis?.[Symbol.asyncDispose]();
});

const createEvents = (count: number, seatCount: number) =>
  Promise.all(numbersTo(count).map(() => createSampleEvent(database, seatCount)));

/** One reader for each event. Resolves when all have a map. */
async function show(eventIds: readonly string[], seatCount: number): Promise<MapReader[]> {
  const { graphqlUrl } = node.app;
  const readers = eventIds.map((id) => new MapReader({ graphqlUrl, eventId: encodeEventId(id), seatCount }));
  await Promise.all(readers.map((reader) => reader.ready()));
  return readers;
}

/** Number of reads that missed changes caused so far. */
async function feedReads(): Promise<{ readonly log: number; readonly event: number }> {
  const reads = (what: string) => node.metric(`holdfast_event_feed_reads_total{what="${what}"}`);
  return { log: await reads('log'), event: await reads('event') };
}

/** Number of reading statements so far. */
const reads = () => node.metric('holdfast_store_seconds_count{kind="read"}');

test('a node that follows 100 events of each of 100 others loads none of them again', async () => {
  const [events, others, changes] = [100, 100, 10];
  const eventIds = await createEvents(events, changes);
  const readers = await show(eventIds, changes);
  const before = await feedReads();
  const connections = numbersTo(others).map(() => new Redis(redis.url));
  const newest = new Map<string, string>();
  const stop = database.committed.add(({ eventId, ...change }) => newest.set(eventId, encodeChange(change)));
  try {
    for (const [nth, other] of connections.entries()) {
      // Each tenth change writes; the others announce it again, like duplicate messages.
      const seat = nth / changes;
      await Promise.all(
        eventIds.map(async (eventId) => {
          if (Number.isInteger(seat)) await hold(database, eventId, [seat]);
          await other.publish(changesChannel(eventId), newest.get(eventId) ?? '');
        }),
      );
    }
    const hasAll = ({ told }: MapReader) => told.length === changes;
    await waitFor(() => readers.every(hasAll), { ...soon, what: 'every reader to be told of every seat' });
  } finally {
    stop();
    for (const connection of connections) connection.disconnect();
  }
  const after = await feedReads();
  expect(after.event - before.event).toBe(0);
  // Some feeds may read between a commit and its message.
  expect(after.log - before.log).toBeLessThanOrEqual(events);
  expect(readers.flatMap(({ faults }) => faults)).toEqual([]);
  for (const reader of readers) reader[Symbol.dispose]();
});

describe('500 events that are shown without Redis', () => {
  const seatCount = 2;
  let eventIds: readonly string[];
  let readers: readonly MapReader[];
  beforeAll(async () => {
    await redis.stop();
    eventIds = await createEvents(500, seatCount);
    readers = await show(eventIds, seatCount);
    const isDegraded = async () => (await node.metric('holdfast_level{level="DEGRADED"}')) === 1;
    await waitFor(isDegraded, { ...soon, what: 'the node to miss Redis' });
  });
  afterAll(() => {
    for (const reader of readers ?? []) reader[Symbol.dispose]();
  });

  test('cause only reads of their heads while nothing changes', async () => {
    const before = await feedReads();
    const from = await reads();
    await waitFor(async () => (await reads()) >= from + 8, { ...soon, what: 'eight looks' });
    expect(await feedReads()).toEqual(before);
  });

  test('cause one more read for an event that changes', async () => {
    const before = await feedReads();
    const [eventId = '', , another = ''] = eventIds;
    await hold(database, eventId, [1]);
    await waitFor(() => readers[0]?.told.length === 1, { ...soon, what: 'the change to be told' });
    await hold(database, another, [0]);
    await waitFor(() => readers[2]?.told.length === 1, { ...soon, what: 'the other change to be told' });
    expect(await feedReads()).toEqual({ log: before.log + 2, event: before.event });
    expect(readers.flatMap(({ told }) => told)).toMatchObject([
      { index: 1, status: 'RESERVED' },
      { index: 0, status: 'RESERVED' },
    ]);
    expect(readers.flatMap(({ faults }) => faults)).toEqual([]);
  });
});
