import { afterAll, beforeAll, expect, test } from 'vitest';
import { changesChannel } from '../../src/coordination/redis/keys.ts';
import { decodeEventId } from '../../src/graphql/ids.ts';
import { type RedisCluster, startCluster } from '../support/cluster.ts';
import type { RedisServer } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { print } from './figures.ts';
import { Sales } from './sales.ts';
import { startTwoNodesOn } from './two-nodes.ts';
import type { Offer } from './venue.ts';

/** Two seconds of interruption besides the failover. The rest is for a busy machine. */
const BEYOND_MS = 6_000;
const EVENTS = 8;

let redis: RedisCluster;
let nodes: Awaited<ReturnType<typeof startTwoNodesOn>>;

beforeAll(async () => {
  redis = await startCluster();
  nodes = await startTwoNodesOn(redis, { env: { MAX_LAG_MS: '10000' } });
});
afterAll(() => nodes?.[Symbol.asyncDispose]());

const channelOf = ({ eventId }: Offer) => changesChannel(decodeEventId(eventId) ?? '');

/** Events whose keys are on this master, according to the other one. */
async function eventsOf(master: RedisServer, asked: RedisServer, events: readonly Offer[]): Promise<Offer[]> {
  const masters = await Promise.all(events.map((event) => redis.masterOf(channelOf(event), asked)));
  return events.filter((_, nth) => masters[nth] === master);
}

async function expectSalesToEndWell(sales: Sales): Promise<void> {
  const reopenedAtMs = performance.now();
  sales.open();
  await waitFor(() => sales.grantedSince(reopenedAtMs) > 100, { withinMs: 30_000, what: 'more sales' });
  await sales.close();
  await sales.expectMapsRight();
  await sales.expectNothingLostNorSoldTwice();
}

test('sales continue while slots move between masters', async () => {
  await using sales = await Sales.at(nodes, EVENTS);
  sales.open();
  await waitFor(() => sales.grantedSince(0) > 50, { withinMs: 30_000, what: 'sales to be going on' });
  const [asked] = redis.masters;
  if (asked === undefined) throw new Error('unreachable');
  const startMs = performance.now();
  for (const event of sales.events) {
    const from = await redis.masterOf(channelOf(event), asked);
    const to = redis.masters[(redis.masters.indexOf(from) + 1) % redis.masters.length];
    if (to === undefined) throw new Error('unreachable');
    await redis.moveSlot(Number(await asked.cli('CLUSTER', 'KEYSLOT', channelOf(event))), from, to);
  }
  const movedMs = performance.now() - startMs;
  const gapMs = sales.longestGapMs(startMs);
  const waitMs = sales.longestWaitMs(startMs);
  await sales.close();
  const rightMs = await sales.expectMapsRight();
  await expectSalesToEndWell(sales);
  print(
    `${EVENTS} slots moved in ${Math.round(movedMs)} ms; longest time without a reservation ${Math.round(gapMs)} ms, longest wait ${Math.round(waitMs)} ms; ` +
      `maps right after ${Math.round(rightMs)} ms; ${sales.grantedSince(startMs)} reservations since, ${sales.bookedCount} bookings`,
  );
  expect(Math.max(gapMs, waitMs)).toBeLessThan(BEYOND_MS);
});

test('sales continue while a master is killed and its replica takes over', async () => {
  await using sales = await Sales.at(nodes, EVENTS);
  sales.open();
  await waitFor(() => sales.grantedSince(0) > 50, { withinMs: 30_000, what: 'sales to be going on' });
  const [event] = sales.events;
  const [asked] = redis.masters;
  if (event === undefined || asked === undefined) throw new Error('unreachable');
  const dying = await redis.masterOf(channelOf(event), asked);
  const living = redis.masters.find((master) => master !== dying) ?? asked;
  const touched = await eventsOf(dying, living, sales.events);
  const killedAtMs = performance.now();
  await dying.kill();
  // A bare client: waits until it can write a key of the event's slot on the master that the others name.
  const witness = `${channelOf(event)}:witness`;
  const isWritten = async () =>
    (await (await redis.masterOf(channelOf(event), living)).cli('SET', witness, 'of the failover')) === 'OK';
  await waitFor(isWritten, { withinMs: 20_000, what: 'the failover' });
  const failedOverAtMs = performance.now();
  const tookMs = failedOverAtMs - killedAtMs;
  await waitFor(() => sales.grantedSince(failedOverAtMs, touched) > 20, { withinMs: 30_000, what: 'sales to go on' });
  const gapMs = sales.longestGapMs(killedAtMs, touched);
  const waitMs = sales.longestWaitMs(killedAtMs);
  const gapOfOthersMs = sales.longestGapMs(
    killedAtMs,
    sales.events.filter((each) => !touched.includes(each)),
  );
  await sales.close();
  const rightMs = await sales.expectMapsRight();
  await expectSalesToEndWell(sales);
  print(
    `Cluster failover ${Math.round(tookMs)} ms; longest time without a reservation ${Math.round(gapMs)} ms at its ${touched.length} events, ` +
      `${Math.round(gapOfOthersMs)} ms at the others, longest wait ${Math.round(waitMs)} ms; maps right after ${Math.round(rightMs)} ms; ` +
      `${sales.grantedSince(killedAtMs)} reservations since, ${sales.bookedCount} bookings`,
  );
  expect(Math.max(gapMs, gapOfOthersMs, waitMs)).toBeLessThan(tookMs + BEYOND_MS);
});
