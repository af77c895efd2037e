import { expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { startNode } from '../support/node.ts';
import { startPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';

/** The level improves ten seconds after a fault. */
const soon = { withinMs: 10_000 + 5_000 };

async function readyz({ url }: App) {
  const response = await fetch(`${url}/readyz`);
  const { ready, level, reasons } = (await response.json()) as { ready: boolean; level: string; reasons: string[] };
  return { status: response.status, ready, level, reasons };
}

test('a node reports its service level with reasons, and recovers by itself', {}, async () => {
  await using store = await startPostgres();
  await using redis = await startRedis();
  await using node = await startNode({ env: { DATABASE_URL: await store.createDatabase(), REDIS_URL: redis.url } });
  const reached = (level: string) =>
    waitFor(async () => (await readyz(node)).level === level, { ...soon, what: `level ${level}` });
  expect(await readyz(node)).toEqual({ status: 200, ready: true, level: 'NORMAL', reasons: [] });

  redis.pause();
  await reached('DEGRADED');
  const alone = 'Redis cannot be reached';
  expect(await readyz(node)).toEqual({ status: 200, ready: true, level: 'DEGRADED', reasons: [alone] });

  await store.kill();
  await reached('CRITICAL');
  const both = ['the store does not answer', alone];
  expect(await readyz(node)).toEqual({ status: 503, ready: false, level: 'CRITICAL', reasons: both });

  await store.start();
  // A node is ready at once, before its level improves.
  await waitFor(async () => (await readyz(node)).ready, { ...soon, what: 'the node to be ready' });
  expect((await readyz(node)).level).toBe('CRITICAL');
  await reached('DEGRADED');
  redis.resume();
  await reached('NORMAL');
  expect(await readyz(node)).toEqual({ status: 200, ready: true, level: 'NORMAL', reasons: [] });
});
