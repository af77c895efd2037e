import type { Sql } from 'postgres';
import { afterAll, inject } from 'vitest';
import { createDatabase, databaseName, onServer } from './create-database.ts';
import { waitFor } from './wait-for.ts';

/** The server takes a moment to notice closed connections. */
const goodbyeWithinMs = 2_000;

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

/**
 * A database with the product's tables and no rows for one test file: `const database = await testDatabase()` at its top. Dropped after
 * the file's `afterAll` hooks; the file fails if connections are left open.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  afterAll(() => database[Symbol.asyncDispose]());
  return database;
}

/** The same for a part of a file. Disposing rejects if connections are left open. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject('postgresUrl');
  const url = await createDatabase(serverUrl, { template: inject('templateDatabase') });
  return { url, [Symbol.asyncDispose]: () => drop(serverUrl, databaseName(url)) };
}

async function drop(serverUrl: string, name: string): Promise<void> {
  try {
    await expectNoConnections(serverUrl, name);
  } finally {
    await onServer(serverUrl, (sql) => sql`drop database ${sql(name)} with (force)`);
  }
}

async function expectNoConnections(serverUrl: string, name: string): Promise<void> {
  await onServer(serverUrl, async (sql) => {
    let open: readonly string[] = [];
    const allClosed = async () => {
      open = await connections(sql, name);
      return open.length === 0;
    };
    await waitFor(allClosed, { withinMs: goodbyeWithinMs, what: 'connections to close' }).catch((cause: unknown) => {
      throw new Error(`connections to the test database were left open:\n${open.join('\n')}`, { cause });
    });
  });
}

async function connections(sql: Sql, name: string): Promise<string[]> {
  const rows = await sql<{ connection: string }[]>`
    select concat_ws(' ', application_name, state, 'since', state_change, 'last query:', query) as connection
    from pg_stat_activity
    where datname = ${name} and backend_type = 'client backend'`;
  return rows.map(({ connection }) => connection);
}
