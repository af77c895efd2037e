import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { Database } from '../../src/store/engine/database.ts';
import { isStoreUnavailable } from '../../src/store/engine/faults.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { LooseLink } from '../client/loose-link.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';

/** For a busy machine. Without the health check, a statement would wait for 15 s. */
const BUSY_MS = 4_000;
const NOTICED_WITHIN_MS = 1_000 + BUSY_MS;
const BACK_WITHIN_MS = 2_000 + BUSY_MS;
const GIVEN_UP_WITHIN_MS = 5_000 + BUSY_MS;

async function openChecked(server: PostgresServer): Promise<Database> {
  return openDatabase({ kind: 'postgres', url: server.url('postgres'), poolSize: 3 }, { checksHealth: true });
}

const one = (database: Database) => database.rows<{ one: number }>(sql`select 1 as one`);

/** Rejects unless the work fails because the store is unavailable. Resolves to its duration. */
async function unavailableAfterMs(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  const fault = await work().then(
    () => 'none',
    (error: unknown) => error,
  );
  expect(fault).toSatisfy(isStoreUnavailable);
  return performance.now() - startedAt;
}

test.each(['frozen', 'killed'] as const)(
  'of a store that is %s, everybody is told at once, until it is back',
  async (fault) => {
    await using server = await startPostgres();
    await using database = await openChecked(server);
    await one(database);

    if (fault === 'frozen') server.pause();
    else await server.kill();
    // More than the number of connections.
    const told = await Promise.all(Array.from({ length: 10 }, () => unavailableAfterMs(() => one(database))));
    expect(Math.max(...told)).toBeLessThan(NOTICED_WITHIN_MS);
    await waitFor(() => database.fault === 'unresponsive', { withinMs: NOTICED_WITHIN_MS, what: 'the node to notice' });
    expect(await unavailableAfterMs(() => one(database))).toBeLessThan(50);
    expect(await unavailableAfterMs(() => database.transaction(({ rows }) => rows(sql`select 1`)))).toBeLessThan(50);

    if (fault === 'frozen') server.resume();
    else await server.start();
    await waitFor(() => database.fault === null, { withinMs: BACK_WITHIN_MS, what: 'the store to be back' });
    expect(await one(database)).toEqual([{ one: 1 }]);
  },
);

test('dead connections are replaced', async () => {
  await using server = await startPostgres();
  await using link = await LooseLink.open(server.url('postgres'));
  const url = new URL(server.url('postgres'));
  url.port = new URL(link.graphqlUrl).port;
  await using database = await openDatabase({ kind: 'postgres', url: url.href, poolSize: 3 }, { checksHealth: true });
  await Promise.all(Array.from({ length: 6 }, () => one(database)));
  link.freeze();
  expect(await unavailableAfterMs(() => one(database))).toBeLessThan(GIVEN_UP_WITHIN_MS);
  expect(await one(database)).toEqual([{ one: 1 }]);
});

test('a slow statement is no fault of the store', async () => {
  await using server = await startPostgres();
  await using database = await openChecked(server);
  await database.rows(sql`select pg_sleep(2)`);
  expect(database.fault).toBeNull();
});
