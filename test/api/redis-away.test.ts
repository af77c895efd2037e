import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { unpackChanges } from '../../src/live/packing.ts';
import { startNodeProcess } from '../realtime/node-process.ts';
import { type Update, type Watcher, watchAll } from '../realtime/watcher.ts';
import { createTestDatabase } from '../support/database.ts';
import { nodeEnv } from '../support/node.ts';
import { startRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { print, quantile } from './figures.ts';
import { expectNothingLost, isSale, longestGapMs, Rush } from './rush.ts';
import { offer } from './venue.ts';

/** Time without Redis. `TEST_REDIS_AWAY_SECONDS=60` is the promise; a shorter time shows the same, because nothing accumulates. */
const awaySeconds = Number(process.env.TEST_REDIS_AWAY_SECONDS ?? 10);
const beforeMs = 5_000;
const afterMs = 5_000;
/** More than are sold in that time. */
const seats = Math.min(50_000, (awaySeconds + 15) * 600);
/** Two seconds are promised. The rest is for a busy machine. */
const rightWithinMs = 2_000 + 4_000;

/** Records when each seat was first shown as not free on a node, by `performance.now()`. */
async function watchSales(graphqlUrl: string, eventId: string) {
  const toldAtMs = new Map<number, number>();
  let watcher: Watcher | undefined;
  const note = (index: number) => {
    if (!toldAtMs.has(index)) toldAtMs.set(index, performance.now());
  };
  const onUpdate = (update: Update) => {
    if (update.__typename === 'SeatMapDelta') for (const { index } of unpackChanges(update.changes)) note(index);
    else watcher?.statuses.forEach((status, index) => void (status !== 0 && note(index)));
  };
  [watcher] = await watchAll(1, { graphqlUrl, eventId, seatCount: seats, onUpdate });
  if (watcher === undefined) throw new Error('nobody watches');
  return { watcher, toldAtMs };
}

test('sales continue fast enough and all maps are right in time when Redis dies during a flash sale', {
  timeout: 120_000 + awaySeconds * 1_000,
}, async () => {
  await using database = await createTestDatabase();
  await using redis = await startRedis();
  const { JWT_SECRET = '' } = nodeEnv;
  const env = { JWT_SECRET, DATABASE_URL: database.url, REDIS_URL: redis.url };
  await using a = await startNodeProcess(env);
  await using b = await startNodeProcess(env);
  const sale = await offer(a, { seats });
  const watches = await Promise.all([a, b].map(({ graphqlUrl }) => watchSales(graphqlUrl, sale.eventId)));

  let turn = 0;
  const graphqlUrl = () => (turn++ % 2 === 0 ? a : b).graphqlUrl;
  await using rush = new Rush({ graphqlUrl, sale, buyers: 16, loseEvery: 2, pauseMs: 50 });
  // The first requests are slower, and not compared.
  await sleep(beforeMs);
  const from = performance.now();
  await sleep(beforeMs);
  const diedAt = performance.now();
  await redis.kill();
  await sleep(awaySeconds * 1_000);
  const backAt = performance.now();
  await redis.start();
  await sleep(afterMs);
  await rush.stop();
  const stoppedAt = performance.now();

  const [before, during, after] = [rush.speed(from, diedAt), rush.speed(diedAt, backAt), rush.speed(backAt, stoppedAt)];
  const sales = rush.between(from, stoppedAt).filter(isSale);
  const lateMs = await Promise.all(
    watches.map(async ({ watcher, toldAtMs }) => {
      await waitFor(() => sales.every(({ seat }) => toldAtMs.has(seat)), {
        withinMs: 10_000,
        what: 'maps to be right',
      });
      expect(watcher.faults).toEqual([]);
      return sales.map(({ seat, atMs }) => (toldAtMs.get(seat) ?? Number.NaN) - atMs);
    }),
  );
  const late = lateMs.flat();
  print(
    `Redis dead for ${awaySeconds} s: ${Math.round(before)} sales/s before, ${Math.round(during)} during, ${Math.round(after)} after; ` +
      `longest pause ${Math.round(longestGapMs(sales))} ms; ` +
      `maps late by ${Math.round(quantile(late, 0.5))} ms at the median, ${Math.round(Math.max(...late))} ms at worst`,
  );
  expect(during).toBeGreaterThan(before / 3);
  expect(Math.max(...late)).toBeLessThan(rightWithinMs);
  await expectNothingLost(rush, sale, { graphqlUrl: a.graphqlUrl, databaseUrl: database.url });
  for (const { watcher } of watches) await watcher.close();
});
