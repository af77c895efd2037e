import { afterAll, expect, it } from 'vitest';
import { statusCodes } from '../../src/domain/seat.ts';
import { encodeEventId } from '../../src/graphql/ids.ts';
import { HEADS_EVERY_MS } from '../../src/live/head-watch.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { book, hold } from '../store/buyers.ts';
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

it('writes without a message are sent once the heads of events are next read', async () => {
  const eventId = await createSampleEvent(database, seatCount);
  using reader = new MapReader({ graphqlUrl: node.graphqlUrl, eventId: encodeEventId(eventId), seatCount });
  await reader.ready();
  const reservation = await hold(database, eventId, [7, 1_999]);
  const reserved = () => reader.statuses[7] === statusCodes.RESERVED;
  await waitFor(reserved, { withinMs: HEADS_EVERY_MS + 2_000, what: 'the reservation to be found out' });
  await book(database, reservation);
  const booked = () => reader.statuses[1_999] === statusCodes.BOOKED;
  await waitFor(booked, { withinMs: HEADS_EVERY_MS + 2_000, what: 'the booking to be found out' });
  expect(reader.told.map(({ index, status }) => `${index} ${status}`)).toEqual([
    '7 RESERVED',
    '1999 RESERVED',
    '7 BOOKED',
    '1999 BOOKED',
  ]);
  expect(reader.faults).toEqual([]);
});
