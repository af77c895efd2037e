import { setTimeout as sleep } from 'node:timers/promises';
import { print } from 'graphql';
import { afterAll, expect, it } from 'vitest';
import {
  CancelReservationDocument,
  ConfirmReservationDocument,
  ExtendReservationDocument,
  ReserveSeatsDocument,
} from '../../src/client/generated/documents.ts';
import { encodeEventId, encodeSeatId } from '../../src/graphql/ids.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf, guestToken } from '../support/graphql.ts';
import { startNode } from '../support/node.ts';
import { startRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { FaultyRedisLink } from './faulty-redis-link.ts';
import { MapReader } from './map-reader.ts';
import { recordSeatHistory, SeatHistory } from './seat-history.ts';

const changes = [ExtendReservationDocument, ConfirmReservationDocument, CancelReservationDocument];
const seatCount = 300;
const heat = 60;
/**
 * Times of requests relative to the deadline, mostly close to it. They reach the store some milliseconds later, or a hundred on a busy
 * machine.
 */
const asked = { fromMs: -400, toMs: 5 };

const { url } = await testDatabase();
const database = await openDatabase({ kind: 'postgres', url, poolSize: 4 });
await recordSeatHistory(database);
const redis = await startRedis();
// The third node receives changes long after the keys' expiry.
const link = await FaultyRedisLink.open(redis.port);
link.faults = () => [300];
const env = {
  DATABASE_URL: url,
  MAX_ACTIVE_RESERVATIONS: '1000',
  EXTENSION_SECONDS: '1',
  // Shorter than a reservation, so that a declined payment does not move the deadline.
  PAYMENT_SECONDS: '1',
};
const granting = await startNode({ env: { ...env, REDIS_URL: redis.url } });
const changing = await startNode({ env: { ...env, REDIS_URL: redis.url } });
const showing = await startNode({ env: { ...env, REDIS_URL: link.url } });
afterAll(async () => {
  for (const node of [granting, changing, showing]) await node[Symbol.asyncDispose]();
  await link[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

/** Reserves through one node, and extends, confirms or cancels close to the deadline through another. */
async function race(eventId: string, index: number, token: string): Promise<string> {
  const input = { eventId: encodeEventId(eventId), seatIds: [encodeSeatId(eventId, index)] };
  const { reserveSeats } = await dataOf(granting.graphqlUrl, ReserveSeatsDocument, { input }, token);
  if (reserveSeats.__typename !== 'Reservation') throw new Error(JSON.stringify(reserveSeats));
  const reservationId = reserveSeats.id;
  // Only the first payment moves the deadline; a later confirmation has the rest of it.
  const declined = { input: { reservationId, paymentToken: 'tok_decline' } };
  if (index % 2 === 0) await dataOf(granting.graphqlUrl, ConfirmReservationDocument, declined, token);
  const document = changes[index % changes.length] ?? ExtendReservationDocument;
  const fromDeadlineMs = asked.toMs - (1 - (index % heat) / (heat - 1)) ** 3 * (asked.toMs - asked.fromMs);
  await sleep(Math.max(0, Date.parse(reserveSeats.expiresAt) + fromDeadlineMs - Date.now()));
  const variables = { input: { reservationId } };
  const data = await dataOf<Record<string, { __typename: string }>, object>(
    changing.graphqlUrl,
    print(document),
    variables,
    token,
  );
  return Object.entries(data)
    .map(([field, { __typename }]) => `${field} ${__typename}`)
    .join();
}

it('a third node never shows a seat as free that was extended or booked within milliseconds of its deadline', async ({
  annotate,
}) => {
  const eventId = await createSampleEvent(database, seatCount, { reservationSeconds: 2 });
  using reader = new MapReader({ graphqlUrl: showing.graphqlUrl, eventId: encodeEventId(eventId), seatCount });
  await reader.ready();
  // Several viewers, because one viewer's requests are written one after the other.
  const tokens = await Promise.all(Array.from({ length: 10 }, () => guestToken(changing.graphqlUrl)));
  const tokenOf = (index: number) => tokens[index % tokens.length] ?? expect.unreachable();
  const outcomes: string[] = [];
  for (let from = 0; from < seatCount; from += heat) {
    const indexes = Array.from({ length: heat }, (_, at) => from + at);
    outcomes.push(...(await Promise.all(indexes.map((index) => race(eventId, index, tokenOf(index))))));
  }
  const nobodyHolds = () => !reader.statuses.includes(1);
  await waitFor(nobodyHolds, { withinMs: 20_000, what: 'what was extended to be over, and told' });

  const counted = new Map<string, number>();
  for (const outcome of outcomes) counted.set(outcome, (counted.get(outcome) ?? 0) + 1);
  await annotate([...counted].map(([outcome, count]) => `${outcome}: ${count}`).join('; '));
  const history = await SeatHistory.of(database, eventId);
  expect([...reader.faults, ...history.lies(reader)]).toEqual([]);
  expect(counted.get('extendReservation Reservation')).toBeGreaterThan(0);
  expect(counted.get('confirmReservation Booking')).toBeGreaterThan(0);
  expect(counted.get('extendReservation ReservationExpired')).toBeGreaterThan(0);
});
