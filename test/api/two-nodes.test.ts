import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { BlockSeatsDocument, UnblockSeatsDocument } from '../../src/client/generated/documents.ts';
import { seatKey } from '../../src/coordination/redis/keys.ts';
import { decodeEventId } from '../../src/graphql/ids.ts';
import { unpackChanges } from '../../src/live/packing.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { blockSeats } from '../../src/store/statements/block-seats.ts';
import { dataOf } from '../support/graphql.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Buyer, bookingIn, newBuyer, reservationIn } from './buyer.ts';
import { print, quantile } from './figures.ts';
import { storedStatuses } from './store-view.ts';
import { startTwoNodes, type TwoNodes } from './two-nodes.ts';
import { type Offer, offer, organizerToken, seatAt } from './venue.ts';
import { type SeatMapWatch, Watch, watchSeatMap } from './watching.ts';

const soon = { withinMs: 20_000 };

let nodes: TwoNodes;

beforeAll(async () => {
  nodes = await startTwoNodes();
});
afterAll(() => nodes?.[Symbol.asyncDispose]());

/** A snapshot first, then deltas without gaps, and no seat twice with the same status. */
function expectInOrder({ messages }: SeatMapWatch): void {
  expect(messages.map(({ __typename }) => __typename)).toEqual(
    messages.map((_, nth) => (nth === 0 ? 'SeatMapSnapshot' : 'SeatMapDelta')),
  );
  const told = new Map<number, string>();
  for (const [nth, message] of messages.entries()) {
    if (message.__typename !== 'SeatMapDelta') continue;
    expect(message.fromRevision).toBe(messages[nth - 1]?.revision);
    const seats = unpackChanges(message.changes);
    expect(seats.length + message.revision).toBeGreaterThan(message.fromRevision);
    for (const { index, status } of seats) {
      expect(told.get(index), `seat ${index}`).not.toBe(status);
      told.set(index, status);
    }
  }
}

test("a subscriber on one node gets the other node's changes once and in order", async () => {
  const sale = await offer(nodes.a, { seats: 40, reservationSeconds: 3 });
  await using watch = await watchSeatMap(nodes.b, sale);
  expect(watch.messages).toHaveLength(1);
  const delays: number[] = [];
  const buyer = await newBuyer();
  const organizer = await organizerToken;

  /** Performs one step through node A, and waits until node B shows its seats. */
  async function step<Outcome>(
    status: 'AVAILABLE' | 'RESERVED' | 'BOOKED' | 'BLOCKED',
    seats: number[],
    act: Promise<Outcome>,
  ) {
    const fromMs = Date.now();
    const outcome = await act;
    const told = await Promise.all(seats.map((seat) => watch.told(seat, status, { fromMs })));
    delays.push(Math.max(...told.map(({ atMs }) => atMs)) - fromMs);
    return outcome;
  }
  const seatsInput = (...seats: number[]) => ({
    input: { eventId: sale.eventId, seatIds: seats.map((seat) => seatAt(sale.seatIds, seat)) },
  });

  const lapsing = reservationIn(await step('RESERVED', [0, 1], buyer.reserve(nodes.a, sale, [0, 1])));
  const { id } = reservationIn(await step('RESERVED', [2, 3, 4], buyer.reserve(nodes.a, sale, [2, 3, 4])));
  reservationIn(await buyer.extend(nodes.a, id));
  const third = seatAt(sale.seatIds, 3);
  reservationIn(await step('AVAILABLE', [3], buyer.cancel(nodes.a, id, [third])));
  bookingIn(await step('BOOKED', [2, 4], buyer.confirm(nodes.a, id)));
  const cancelled = reservationIn(await step('RESERVED', [3, 5], buyer.reserve(nodes.a, sale, [3, 5])));
  reservationIn(await step('AVAILABLE', [3, 5], buyer.cancel(nodes.a, cancelled.id)));
  await step('BLOCKED', [6, 7, 8], dataOf(nodes.a.graphqlUrl, BlockSeatsDocument, seatsInput(6, 7, 8), organizer));
  await step('AVAILABLE', [7], dataOf(nodes.a.graphqlUrl, UnblockSeatsDocument, seatsInput(7), organizer));
  await watch.told(0, 'AVAILABLE', { fromMs: Date.parse(lapsing.expiresAt) });

  expectInOrder(watch);
  expect(watch.changes.filter(({ index }) => index <= 8).map(({ index, status }) => `${index} ${status}`)).toEqual([
    ...['0 RESERVED', '1 RESERVED', '2 RESERVED', '3 RESERVED', '4 RESERVED'],
    ...['3 AVAILABLE', '2 BOOKED', '4 BOOKED', '3 RESERVED', '5 RESERVED', '3 AVAILABLE', '5 AVAILABLE'],
    ...['6 BLOCKED', '7 BLOCKED', '8 BLOCKED', '7 AVAILABLE', '0 AVAILABLE', '1 AVAILABLE'],
  ]);
  expect(watch.statuses).toEqual(await storedStatuses(nodes.b, sale));
  print(
    `from asking node A to the delta of node B: median ${quantile(delays, 0.5)} ms, worst ${Math.max(...delays)} ms`,
  );
});

/** The `nth` buyer, who performs random operations on contested seats through either node. */
async function fidget(buyer: Buyer, nth: number, sale: Offer): Promise<void> {
  for (let time = nth; time < nth + 12; time += 1) {
    const [here, there] = time % 2 === 0 ? [nodes.a, nodes.b] : [nodes.b, nodes.a];
    const seats = [(7 * time) % sale.seatIds.length, (7 * time + 5 * nth + 1) % sale.seatIds.length];
    const outcome = await buyer.reserve(here, sale, [...new Set(seats)]);
    if (outcome.__typename !== 'Reservation') continue;
    if (time % 5 === 0) await buyer.confirm(there, outcome.id);
    else if (time % 5 === 1) await buyer.cancel(there, outcome.id);
    else if (time % 5 === 2) await buyer.cancel(there, outcome.id, [seatAt(sale.seatIds, seats[0] ?? 0)]);
    else if (time % 5 === 3) await buyer.extend(there, outcome.id);
  }
}

test('maps on both nodes equal the store after random operations of many buyers', async () => {
  const sale = await offer(nodes.a, { seats: 300, reservationSeconds: 1 });
  await using ofA = await watchSeatMap(nodes.a, sale);
  await using ofB = await watchSeatMap(nodes.b, sale);
  const buyers = await Promise.all(Array.from({ length: 30 }, newBuyer));
  await Promise.all(buyers.map((buyer, nth) => fidget(buyer, nth, sale)));

  for (const watch of [ofA, ofB]) {
    const isEqual = async () => `${watch.statuses}` === `${await storedStatuses(nodes.a, sale)}`;
    await waitFor(isEqual, { ...soon, what: 'the map to be equal to the store' });
    expectInOrder(watch);
    const { availability } = watch.messages.at(-1) ?? {};
    const count = (status: string) => watch.statuses.filter((each) => each === status).length;
    expect(availability).toMatchObject({
      total: 300,
      available: count('AVAILABLE'),
      reserved: count('RESERVED'),
      booked: count('BOOKED'),
    });
  }
});

/** Sends requests without a pause until one of the rivals has the seat. Resolves to that rival. */
async function hammer(
  rivals: readonly Buyer[],
  node: App,
  sale: Offer,
): Promise<{ winner: Buyer; reservationId: string }> {
  let won: { winner: Buyer; reservationId: string } | undefined;
  const untilWon = async (rival: Buyer) => {
    while (won === undefined) {
      const outcome = await rival.reserve(node, sale, [0]);
      if (outcome.__typename === 'Reservation') won = { winner: rival, reservationId: outcome.id };
    }
  };
  await Promise.all(rivals.map(untilWon));
  if (won === undefined) throw new Error('nobody won');
  return won;
}

test.each([false, true])(
  'a cancelled seat can be had at once through the other node (maps shown: %s)',
  async (mapsShown) => {
    const sale = await offer(nodes.a);
    const watches = mapsShown ? await Promise.all([nodes.a, nodes.b].map((node) => watchSeatMap(node, sale))) : [];
    // So many that some have released the seat fewer than three times, after which it is refused.
    const buyers = await Promise.all(Array.from({ length: 8 }, newBuyer));
    const delays: number[] = [];
    let held = await hammer(buyers, nodes.a, sale);
    for (let round = 0; round < 20; round += 1) {
      const [here, there] = round % 2 === 0 ? [nodes.a, nodes.b] : [nodes.b, nodes.a];
      const next = hammer(buyers, there, sale);
      reservationIn(await held.winner.cancel(here, held.reservationId));
      const start = performance.now();
      held = await next;
      delays.push(Math.round(performance.now() - start));
    }
    print(
      `from cancelling on one node to reserving on the other: median ${quantile(delays, 0.5)} ms, worst ${Math.max(...delays)} ms`,
    );
    expect(quantile(delays, 0.5)).toBeLessThan(500);
    expect(Math.max(...delays)).toBeLessThan(3_000);
    for (const watch of watches) await watch[Symbol.asyncDispose]();
  },
);

test('a stale claim in Redis does not block a free seat', async () => {
  const sale = await offer(nodes.a);
  const eventId = decodeEventId(sale.eventId) ?? '';
  const leaveMark = () => nodes.redis.cli('SET', seatKey(eventId, 0), 'a reservation of long ago', 'PX', 600_000);
  await leaveMark();
  const [first, second] = [await newBuyer(), await newBuyer()];
  const { id } = reservationIn(await first.reserve(nodes.a, sale, [0, 1]));
  expect(await second.reserve(nodes.b, sale, [0])).toMatchObject({ __typename: 'SeatsUnavailable' });
  reservationIn(await first.cancel(nodes.a, id));
  const isTaken = async () => (await second.reserve(nodes.b, sale, [0])).__typename === 'Reservation';
  await waitFor(isTaken, { ...soon, what: 'the seat to be had' });
});

test('maps are right within seconds after a change without a message', async () => {
  const sale = await offer(nodes.a);
  await using watch = await watchSeatMap(nodes.b, sale);
  const eventId = decodeEventId(sale.eventId) ?? '';
  const fromMs = Date.now();
  // Like a node that dies right after its commit.
  await using dying = await openDatabase({ kind: 'postgres', url: nodes.databaseUrl, poolSize: 1 });
  await blockSeats(dying, eventId, [7], 'BLOCKED', 'organizer');
  await watch.told(7, 'BLOCKED', { fromMs, withinMs: 10_000 });
  expectInOrder(watch);
});

test('each message to a holder contains the current seats', async () => {
  const sale = await offer(nodes.a);
  const buyer = await newBuyer();
  const { id } = reservationIn(await buyer.reserve(nodes.a, sale, [0]));
  const document: TypedDocumentNode<{ reservation: { status: string; seats: { status: string }[] } }, { id: string }> =
    parse('subscription ($id: ID!) { reservation(id: $id) { status seats { status } } }');
  const told: string[] = [];
  await using watch = new Watch(nodes.b, document, {
    variables: { id },
    token: buyer.token,
    hear: ({ reservation: { status, seats } }) => told.push([status, ...seats.map((seat) => seat.status)].join(' ')),
  });
  await waitFor(() => told.length === 1, { ...soon, what: 'the first message' });
  bookingIn(await buyer.confirm(nodes.a, id));
  await waitFor(() => watch.end === 'completed', { ...soon, what: 'the last message' });
  expect(told).toEqual(['ACTIVE RESERVED', 'CONFIRMED BOOKED']);
});
