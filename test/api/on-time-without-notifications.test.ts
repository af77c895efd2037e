import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startRedis } from '../support/redis.ts';
import { newBuyer, reservationIn } from './buyer.ts';
import { print, quantile } from './figures.ts';
import { storedStatuses } from './store-view.ts';
import { startTwoNodesOn } from './two-nodes.ts';
import { offer } from './venue.ts';
import { watchSeatMap } from './watching.ts';

/** Median delay of maps without notifications of Redis: two timers with jitter. The rest is for a busy machine. */
const lateByMs = 1_000;
const latestByMs = 4_000;
const count = 40;

test('reservations end on time although Redis announces nothing, and refuses to be configured', async () => {
  const redis = await startRedis();
  await redis.cli('ACL', 'SETUSER', 'plain', 'on', '>secret', '~*', '&*', '+@all', '-config');
  await using nodes = await startTwoNodesOn(
    {
      url: redis.url.replace('//', '//plain:secret@'),
      [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
    },
    { env: { MAX_ACTIVE_RESERVATIONS: '1000' } },
  );
  const sale = await offer(nodes.a, { seats: count, reservationSeconds: 1 });
  await using ofA = await watchSeatMap(nodes.a, sale);
  await using ofB = await watchSeatMap(nodes.b, sale);
  const buyer = await newBuyer();
  const lateMs: number[] = [];
  const follow = async (seat: number) => {
    await sleep(20 * seat);
    const deadlineMs = Date.parse(reservationIn(await buyer.reserve(nodes.a, sale, [seat])).expiresAt);
    for (const watch of [ofA, ofB]) lateMs.push((await watch.told(seat, 'AVAILABLE', { fromMs: 0 })).atMs - deadlineMs);
  };
  await Promise.all(Array.from({ length: count }, (_, seat) => follow(seat)));
  print(`maps behind deadlines: median ${quantile(lateMs, 0.5)} ms, worst ${Math.max(...lateMs)} ms`);
  expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0);
  expect(quantile(lateMs, 0.5)).toBeLessThan(lateByMs);
  expect(Math.max(...lateMs)).toBeLessThan(latestByMs);
  expect(ofB.statuses).toEqual(await storedStatuses(nodes.a, sale));
  expect(await redis.cli('CONFIG', 'GET', 'notify-keyspace-events')).toEqual(['notify-keyspace-events', '']);
});
