import { setTimeout as sleep } from 'node:timers/promises';
import { print } from 'graphql';
import { afterAll, expect, it } from 'vitest';
import {
  CancelReservationDocument,
  ConfirmReservationDocument,
  ExtendReservationDocument,
  ReserveSeatsDocument,
} from '../../src/client/generated/documents.ts';
import { statusCodes } from '../../src/domain/seat.ts';
import { encodeEventId, encodeSeatId } from '../../src/graphql/ids.ts';
import { HEADS_EVERY_MS } from '../../src/live/head-watch.ts';
import { packStatuses } from '../../src/live/packing.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { loadEventState } from '../../src/store/queries/event-state.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { testDatabase } from '../support/database.ts';
import { guestToken, send } from '../support/graphql.ts';
import { startRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { FaultyRedisLink } from './faulty-redis-link.ts';
import { MapReader } from './map-reader.ts';
import { startNodeProcess } from './node-process.ts';
import { recordSeatHistory, SeatHistory } from './seat-history.ts';

const seatCount = 400;
const readerCount = 1_000;
const seed = Number(process.env.TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Mulberry32. */
function seeded(state: number): () => number {
  let at = state;
  return () => {
    at = (at + 0x6d2b79f5) | 0;
    let mixed = Math.imul(at ^ (at >>> 15), 1 | at);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
const random = seeded(seed);
const below = (limit: number) => Math.floor(random() * limit);

const { url } = await testDatabase();
const database = await openDatabase({ kind: 'postgres', url, poolSize: 4 });
await recordSeatHistory(database);
const redis = await startRedis();
const links = await Promise.all([0, 1, 2].map(() => FaultyRedisLink.open(redis.port)));
const nodes = await Promise.all(
  links.map((link) =>
    startNodeProcess({
      DATABASE_URL: url,
      REDIS_URL: link.url,
      JWT_SECRET: 'the secret of the tests, which is long enough',
      MAX_ACTIVE_RESERVATIONS: '1000',
      EXTENSION_SECONDS: '1',
      SEAT_MAP_FRAME_MS: '100',
    }),
  ),
);
afterAll(async () => {
  for (const node of nodes) await node[Symbol.asyncDispose]();
  for (const link of links) await link[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

const urlOf = (nth: number) => nodes[nth % nodes.length]?.graphqlUrl ?? '';

/** Loses, duplicates, and delays messages, which also reorders them. */
function shakeMessages(): void {
  for (const link of links) {
    link.faults = () => {
      const kind = random();
      if (kind < 0.2) return [];
      return Array.from({ length: kind < 0.4 ? 2 : 1 }, () => (random() < 0.5 ? 0 : below(400)));
    };
  }
}

/** A random request of one buyer through any node. Any outcome is accepted. */
async function act(eventId: string, token: string, held: string[]): Promise<void> {
  const node = urlOf(below(2));
  const reservationId = held.length > 0 && random() < 0.5 ? held[below(held.length)] : undefined;
  if (reservationId === undefined) {
    const seatIds = Array.from({ length: 1 + below(4) }, () => encodeSeatId(eventId, below(seatCount)));
    const input = { eventId: encodeEventId(eventId), seatIds: [...new Set(seatIds)] };
    const { data } = await send(node, ReserveSeatsDocument, { input }, token);
    if (data?.reserveSeats.__typename === 'Reservation') held.push(data.reserveSeats.id);
    return;
  }
  const documents = [ExtendReservationDocument, ConfirmReservationDocument, CancelReservationDocument];
  const document = documents[below(documents.length)] ?? ExtendReservationDocument;
  await send(node, print(document), { input: { reservationId } }, token);
}

/** Further faults, by the step before which they happen. */
function disturbances(readers: readonly MapReader[]): Record<number, () => unknown> {
  return {
    20: () => readers.filter((_, nth) => nth % 7 === 0).forEach((reader) => void reader.reconnect()),
    30: () => links[1]?.cut(),
    40: () => nodes[2]?.pause(),
    55: () => nodes[2]?.resume(),
    60: () => redis.stop(),
    70: () => redis.start(),
    85: () => readers.filter((_, nth) => nth % 5 === 0).forEach((reader) => void reader.reconnect()),
  };
}

async function storeStatuses(eventId: string): Promise<string> {
  const seats = (await loadEventState(database, eventId))?.seats ?? [];
  expect(seats.filter(({ status }) => status === 'RESERVED')).toEqual([]);
  return packStatuses(Uint8Array.from(seats, ({ status }) => statusCodes[status]));
}

it(`1,000 readers converge to the store, and get only true states, whatever is lost (TEST_SEED=${seed})`, async ({
  annotate,
}) => {
  const eventId = await createSampleEvent(database, seatCount, { reservationSeconds: 3 });
  const readers = Array.from(
    { length: readerCount },
    (_, nth) => new MapReader({ graphqlUrl: urlOf(nth), eventId: encodeEventId(eventId), seatCount }),
  );
  await Promise.all(readers.map((reader) => reader.ready()));
  const token = await guestToken(urlOf(0));
  shakeMessages();
  const disturb = disturbances(readers);
  const held: string[] = [];
  for (let step = 0; step < 100; step += 1) {
    await disturb[step]?.();
    await Promise.all([1, 2, 3].map(() => act(eventId, token, held)));
    await sleep(50);
  }

  // The last reservation has expired in the store, which does not change any more.
  await waitFor(() => storeStatuses(eventId), { withinMs: 15_000, what: 'the last reservation to be over' });
  const restedAt = performance.now();
  const expected = await storeStatuses(eventId);
  const wrong = () => readers.filter(({ isCurrent, statuses }) => !isCurrent || packStatuses(statuses) !== expected);
  await waitFor(() => wrong().length === 0, { withinMs: HEADS_EVERY_MS + 2_000, what: 'every reader to be right' });
  const meddled = links.reduce((sum, link) => sum + link.meddled, 0);
  await annotate(`right after ${(performance.now() - restedAt).toFixed(0)} ms; ${meddled} messages meddled with`);

  const history = await SeatHistory.of(database, eventId);
  expect(readers.flatMap((reader) => [...reader.faults, ...history.lies(reader)]).slice(0, 5)).toEqual([]);
  expect(meddled).toBeGreaterThan(50);
  expect(readers.reduce((sum, { told }) => sum + told.length, 0)).toBeGreaterThan(readerCount * 100);
  for (const reader of readers) reader[Symbol.dispose]();
});
