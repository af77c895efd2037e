import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SentinelSetup, startSentinelSetup } from '../support/sentinel.ts';
import { waitFor } from '../support/wait-for.ts';
import { print } from './figures.ts';
import { Sales } from './sales.ts';
import { startTwoNodesOn } from './two-nodes.ts';

/** Two seconds of interruption besides the failover. The rest is for a busy machine. */
const BEYOND_MS = 6_000;

let redis: SentinelSetup;
let nodes: Awaited<ReturnType<typeof startTwoNodesOn>>;

beforeAll(async () => {
  redis = await startSentinelSetup();
  nodes = await startTwoNodesOn(redis, { env: { MAX_LAG_MS: '10000' } });
});
afterAll(() => nodes?.[Symbol.asyncDispose]());

/** Time until a bare client can write to the master that the sentinels name. */
async function failoverMs(sinceMs: number): Promise<number> {
  const isWritten = async () => (await (await redis.master()).cli('SET', 'witness', 'written')) === 'OK';
  await waitFor(isWritten, { withinMs: 20_000, what: 'the failover' });
  return performance.now() - sinceMs;
}

test('sales continue while the master is killed and a replica takes over', async () => {
  await using sales = await Sales.at(nodes, 4);
  sales.open();
  await waitFor(() => sales.grantedSince(0) > 50, { withinMs: 30_000, what: 'sales to be going on' });
  const old = await redis.master();
  const killedAtMs = performance.now();
  await old.kill();
  const tookMs = await failoverMs(killedAtMs);
  const failedOverAtMs = performance.now();
  await waitFor(() => sales.grantedSince(failedOverAtMs) > 50, { withinMs: 30_000, what: 'sales to go on' });
  const gapMs = sales.longestGapMs(killedAtMs);
  const waitMs = sales.longestWaitMs(killedAtMs);
  await sales.close();
  const rightMs = await sales.expectMapsRight();

  sales.open();
  const reopenedAtMs = performance.now();
  await waitFor(() => sales.grantedSince(reopenedAtMs) > 100, { withinMs: 30_000, what: 'more sales' });
  await sales.close();
  await sales.expectMapsRight();
  await sales.expectNothingLostNorSoldTwice();
  print(
    `Sentinel failover ${Math.round(tookMs)} ms; longest time without a reservation ${Math.round(gapMs)} ms, longest wait ${Math.round(waitMs)} ms; ` +
      `maps right after ${Math.round(rightMs)} ms; ${sales.grantedSince(killedAtMs)} reservations since, ${sales.bookedCount} bookings`,
  );
  expect(Math.max(gapMs, waitMs)).toBeLessThan(tookMs + BEYOND_MS);
});
