import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { type Buyer, bookingIn, newBuyer, reservationIn } from './buyer.ts';
import { storedStatuses } from './store-view.ts';
import { startTwoNodes, type TwoNodes } from './two-nodes.ts';
import { type Offer, offer } from './venue.ts';
import { type SeatMapWatch, watchReservation, watchSeatMap } from './watching.ts';

/** Maps may be two seconds late without Redis. The rest is for a busy machine. */
const lateByMs = 5_000;
const soon = { withinMs: 20_000 };

let nodes: TwoNodes;
let brief: Offer;
/** Its reservations are long, so that polling sees them. */
let patient: Offer;
let buyer: Buyer;
let rival: Buyer;
let watches: readonly SeatMapWatch[];
let patientWatches: readonly SeatMapWatch[];

beforeAll(async () => {
  nodes = await startTwoNodes();
  brief = await offer(nodes.a, { reservationSeconds: 1 });
  patient = await offer(nodes.a);
  [buyer, rival] = [await newBuyer(), await newBuyer()];
  const watchBoth = (sale: Offer) => Promise.all([nodes.a, nodes.b].map((node) => watchSeatMap(node, sale)));
  [watches, patientWatches] = await Promise.all([watchBoth(brief), watchBoth(patient)]);
});
afterAll(async () => {
  for (const watch of [...(watches ?? []), ...(patientWatches ?? [])]) await watch[Symbol.asyncDispose]();
  await nodes?.[Symbol.asyncDispose]();
});

async function expectFreeOnMaps(seat: number, deadline: string): Promise<void> {
  const fromMs = Date.parse(deadline);
  for (const watch of watches) {
    const { atMs } = await watch.told(seat, 'AVAILABLE', { fromMs });
    expect(atMs - fromMs).toBeLessThan(lateByMs);
    const early = watch.changes.filter(({ index, status }) => index === seat && status === 'AVAILABLE');
    expect(Math.min(...early.map((change) => change.atMs))).toBeGreaterThanOrEqual(fromMs);
  }
}

test('a reservation expires on time, and sales continue, although Redis dies before its deadline', async () => {
  const { id, expiresAt } = reservationIn(await buyer.reserve(nodes.a, brief, [0]));
  await using ofHolder = await watchReservation(nodes.b, id, buyer.token);
  await nodes.redis.kill();

  const fromMs = Date.now();
  const during = reservationIn(await rival.reserve(nodes.a, patient, [1]));
  expect(await buyer.reserve(nodes.b, patient, [1])).toMatchObject({ __typename: 'SeatsUnavailable' });
  for (const watch of patientWatches) {
    const { atMs } = await watch.told(1, 'RESERVED', { fromMs });
    expect(atMs - fromMs).toBeLessThan(lateByMs);
  }
  await expectFreeOnMaps(0, expiresAt);
  await waitFor(ofHolder.isCompleted, { ...soon, what: 'the holder to be told' });
  expect(ofHolder.states.at(-1)?.status).toBe('EXPIRED');
  expect((ofHolder.states.at(-1)?.atMs ?? 0) - Date.parse(expiresAt)).toBeLessThan(lateByMs);

  reservationIn(await rival.reserve(nodes.b, brief, [0]));
  bookingIn(await rival.confirm(nodes.b, during.id));
  for (const watch of patientWatches) await watch.told(1, 'BOOKED', { fromMs, withinMs: lateByMs });
});

test('everything works again once an empty Redis is back', async () => {
  await nodes.redis.start();
  const areBack = async () => (await nodes.redis.cli('PUBSUB', 'NUMPAT')) === 1 && (await subscribers()) === 2;
  await waitFor(areBack, { ...soon, what: 'both nodes to be back' });
  await waitFor(marksAgain, { ...soon, what: 'the node to end the pause it gives a Redis that failed it' });

  await using announced = await listenForExpired(nodes.redis.url);
  const fromMs = Date.now();
  const { id, expiresAt } = reservationIn(await buyer.reserve(nodes.a, brief, [2]));
  for (const watch of watches) await watch.told(2, 'RESERVED', { fromMs, withinMs: lateByMs });
  await expectFreeOnMaps(2, expiresAt);
  await waitFor(() => announced.keys.length === 1, { ...soon, what: 'Redis to announce it' });
  expect(await buyer.confirm(nodes.b, id)).toMatchObject({ __typename: 'ReservationExpired' });
  for (const watch of patientWatches) expect(watch.statuses).toEqual(await storedStatuses(nodes.b, patient));
});

/** Whether Redis gets a claim for a new reservation. */
async function marksAgain(): Promise<boolean> {
  const { id } = reservationIn(await rival.reserve(nodes.a, patient, [5]));
  const keys = (await nodes.redis.cli('KEYS', 'hf:*:reservation:*')) as string[];
  reservationIn(await rival.cancel(nodes.a, id));
  return keys.length > 0;
}

/** Number of nodes that are subscribed to the event. */
async function subscribers(): Promise<number> {
  const channels = (await nodes.redis.cli('PUBSUB', 'CHANNELS', 'hf:*:changes')) as string[];
  const [channel] = channels;
  if (channel === undefined) return 0;
  const [, count] = (await nodes.redis.cli('PUBSUB', 'NUMSUB', channel)) as [string, number];
  return Number(count);
}

/** Receives Redis' notifications of expired reservation keys. */
async function listenForExpired(url: string): Promise<AsyncDisposable & { readonly keys: readonly string[] }> {
  const keys: string[] = [];
  const redis = new Redis(url);
  redis.on('pmessage', (_pattern: string, channel: string, happened: string) => {
    if (happened === 'expired') keys.push(channel);
  });
  await redis.psubscribe('__keyspace@0__:hf:*:reservation:*');
  return { keys, [Symbol.asyncDispose]: async () => redis.disconnect() };
}
