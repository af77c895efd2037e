import { expect, test } from 'vitest';
import { onServer } from '../support/create-database.ts';
import { testDatabase } from '../support/database.ts';
import { startNode } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { startTracedNode } from './traced-node.ts';
import { type LargeEvent, largeEvent } from './venue.ts';
import { watchAll } from './watcher.ts';

const sockets = 2_000;
const seatCount = 20_000;
/** How long a shared result is kept for later subscribers. */
const keptMs = 10_000;

const database = await testDatabase();
const env = { DATABASE_URL: database.url };

/** From the store's statistics, which are complete once all connections have ended. */
function scansOfSeats(): Promise<number> {
  return onServer(database.url, async (sql) => {
    const others = () => sql`
      select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
    await waitFor(async () => (await others()).length === 0, { withinMs: 5_000, what: 'connections to close' });
    const [seats] = await sql<{ scans: number }[]>`
      select (seq_scan + idx_scan)::integer as scans from pg_stat_user_tables where relname = 'seats'`;
    return seats?.scans ?? Number.NaN;
  });
}

test('2,000 sockets that connect at once, and again at once, cause one read of the store between them', {}, async () => {
  const event = await prepare();
  const before = await scansOfSeats();
  await twoWaves(event);
  expect((await scansOfSeats()) - before).toBe(1);
});

async function twoWaves(event: LargeEvent): Promise<void> {
  await using node = await startTracedNode(env);
  let executed = 0;
  for (const _wave of [1, 2]) {
    const beganAtMs = performance.now();
    const watchers = await watchAll(sockets, { graphqlUrl: node.app.graphqlUrl, ...event });
    const inWave = node.executions() - executed;
    executed += inWave;
    expect(inWave).toBeGreaterThanOrEqual(1);
    // One more whenever the result has expired, because a wave may take long on a busy machine.
    expect(inWave).toBeLessThanOrEqual(1 + Math.floor((performance.now() - beganAtMs) / keptMs));
    expect(Math.max(...watchers.map(({ largestMessage }) => largestMessage))).toBeLessThanOrEqual(8_000);
    await Promise.all(watchers.map((watcher) => watcher.close()));
  }
}

async function prepare(): Promise<LargeEvent> {
  await using node = await startNode({ env });
  return await largeEvent(node, seatCount);
}
