import { afterAll, expect, it } from 'vitest';
import { encodeEventId } from '../../src/graphql/ids.ts';
import { WRONG_FOR_AT_MOST_MS } from '../../src/seat-map/comparisons.ts';
import { statusCodes } from '../../src/seat-map/status.ts';
import { openDatabase } from '../../src/store/open.ts';
import { readSeatDigest, readSeatVersions } from '../../src/store/statements/seat-digest.ts';
import { book, hold } from '../store/buyers.ts';
import { engines } from '../store/engines.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { testDatabase } from '../support/database.ts';
import { startNode } from '../support/node.ts';
import { testRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { MapReader } from './map-reader.ts';

const seatCount = 2_000;
const { url } = await testDatabase();
const database = await openDatabase({ kind: 'postgres', url, poolSize: 4 });
const redis = await testRedis();
const node = await startNode({ env: { DATABASE_URL: url, REDIS_URL: redis.url } });
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

it('repairs a map within the stated bound when what was written is told by nobody, with only the true difference', async () => {
  const eventId = await createSampleEvent(database, seatCount);
  using reader = new MapReader({ graphqlUrl: node.graphqlUrl, eventId: encodeEventId(eventId), seatCount });
  await reader.ready();
  const reservation = await hold(database, eventId, [7, 1_999]);
  const reserved = () => reader.statuses[7] === statusCodes.RESERVED;
  await waitFor(reserved, { withinMs: WRONG_FOR_AT_MOST_MS, what: 'the reservation to be found out' });
  await book(database, reservation);
  const booked = () => reader.statuses[1_999] === statusCodes.BOOKED;
  await waitFor(booked, { withinMs: WRONG_FOR_AT_MOST_MS, what: 'the booking to be found out' });
  expect(reader.told.map(({ index, status }) => `${index} ${status}`)).toEqual([
    '7 RESERVED',
    '1999 RESERVED',
    '7 BOOKED',
    '1999 BOOKED',
  ]);
  expect(reader.faults).toEqual([]);
});

it.each(engines)('tells by sums and by seat what the store has, on $engine', async ({ open }) => {
  const store = await open();
  const eventId = await createSampleEvent(store, 10);
  await hold(store, eventId, [2]);
  await book(store, await hold(store, eventId, [9]));
  const versions = [0, 0, 1, 0, 0, 0, 0, 0, 0, 2];
  expect([...(await readSeatVersions(store, eventId))]).toEqual(versions);
  expect(await readSeatDigest(store, eventId)).toEqual({ seatCount: 10, versionSum: 3, weightedSum: 3 + 20 });
  const nowhere = '00000000-0000-4000-8000-000000000000';
  expect(await readSeatVersions(store, nowhere)).toHaveLength(0);
  expect(await readSeatDigest(store, nowhere)).toEqual({ seatCount: 0, versionSum: 0, weightedSum: 0 });
});
