import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { EventsDocument } from '../../src/client/generated/documents.ts';
import { dataOf, guestToken } from '../support/graphql.ts';
import { startNode } from '../support/node.ts';
import { seatIdsOf } from '../support/seat-ids.ts';
import { waitFor } from '../support/wait-for.ts';
import { Buyer, bookingIn, newBuyer, reservationIn } from './buyer.ts';
import { storedStatuses } from './store-view.ts';
import { startTwoNodes } from './two-nodes.ts';
import { type Offer, offer } from './venue.ts';
import { watchSeatMap } from './watching.ts';

const soon = { withinMs: 10_000 };

test('a node that stops during a rush loses nothing acknowledged', async () => {
  await using nodes = await startTwoNodes();
  const count = 300;
  const sale = await offer(nodes.a, { seats: count });
  const buyers = await Promise.all(Array.from({ length: count }, newBuyer));
  let answered = 0;
  const attempts = buyers.map(async (buyer, seat) => {
    try {
      return await buyer.reserve(nodes.a, sale, [seat], 'intent');
    } catch {
      return null;
    } finally {
      answered += 1;
    }
  });
  await waitFor(() => answered >= 20, { ...soon, what: 'the rush to be under way' });
  await nodes.a[Symbol.asyncDispose]();
  const outcomes = await Promise.all(attempts);

  for (const [seat, outcome] of outcomes.entries()) {
    const buyer = buyers[seat] ?? expect.fail();
    const retried = reservationIn(await buyer.reserve(nodes.b, sale, [seat], 'intent'));
    expect(retried).toMatchObject({ status: 'ACTIVE', seats: [{ index: seat }] });
    if (outcome !== null) expect(retried.id).toBe(reservationIn(outcome).id);
  }
  expect(await storedStatuses(nodes.b, sale)).toEqual(buyers.map(() => 'RESERVED'));
});

test('reservations of a node that has stopped end on time on the maps of others', async () => {
  await using nodes = await startTwoNodes();
  const brief = await offer(nodes.a, { reservationSeconds: 2 });
  await using watch = await watchSeatMap(nodes.b, brief);
  const buyer = await newBuyer();
  const { expiresAt } = reservationIn(await buyer.reserve(nodes.a, brief, [0]));
  await watch.told(0, 'RESERVED', { fromMs: 0 });
  await nodes.a[Symbol.asyncDispose]();
  const { atMs } = await watch.told(0, 'AVAILABLE', { fromMs: 0 });
  const lateMs = atMs - Date.parse(expiresAt);
  expect(lateMs).toBeGreaterThanOrEqual(0);
  // The stopped node would have expired it on time. The bound of the others is for a busy machine.
  expect(lateMs).toBeLessThan(3_000);
});

test('the embedded database and its tokens outlive a restart', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-data-'));
  // Like `npm start`: the secret is in the data folder.
  const start = () => startNode({ env: { DATA_DIR: dataDir, JWT_SECRET: '' } });
  try {
    const before = await start();
    const guest = await signIn(before);
    const demo = await demoOf(before);
    const held = reservationIn(await guest.reserve(before, demo, [0, 1], 'held'));
    const bought = reservationIn(await guest.reserve(before, demo, [2]));
    const booking = bookingIn(await guest.confirm(before, bought.id));
    await before[Symbol.asyncDispose]();

    await using after = await start();
    expect(await demoOf(after)).toEqual(demo);
    expect((await storedStatuses(after, demo, guest.token)).slice(0, 4)).toEqual([
      'RESERVED',
      'RESERVED',
      'BOOKED',
      'AVAILABLE',
    ]);
    expect(await guest.look(after, held.id)).toMatchObject({ status: 'ACTIVE', expiresAt: held.expiresAt });
    expect(reservationIn(await guest.reserve(after, demo, [0, 1], 'held')).id).toBe(held.id);
    expect(bookingIn(await guest.confirm(after, bought.id))).toEqual(booking);
    expect(await new Buyer(await guestToken(after.graphqlUrl)).look(after, held.id)).toBeNull();
    expect(await (await signIn(after)).reserve(after, demo, [1])).toMatchObject({ __typename: 'SeatsUnavailable' });
    reservationIn(await guest.cancel(after, held.id));
  } finally {
    await rm(dataDir, { recursive: true });
  }
});

async function signIn(node: App): Promise<Buyer> {
  return new Buyer(await guestToken(node.graphqlUrl));
}

/** The event that exists from the start. Throws if there are others. */
async function demoOf({ graphqlUrl }: App): Promise<Offer> {
  const { events } = await dataOf(graphqlUrl, EventsDocument, {});
  const [eventId = ''] = events.edges.map(({ node }) => node.id);
  if (events.edges.length !== 1) throw new Error(`there are ${events.edges.length} events`);
  return { eventId, seatIds: await seatIdsOf(graphqlUrl, eventId) };
}
