import type { Sql } from 'postgres';
import { afterAll, inject } from 'vitest';
import { createDatabase, databaseName, onServer } from './create-database.ts';
import { waitFor } from './wait-for.ts';

/** A client's goodbye takes a moment to reach the server. */
const goodbyeWithinMs = 2_000;

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

/**
 * A database for one test file, with the product's tables and no rows: `const database = await testDatabase()` at the
 * top of the file. After the file's own `afterAll` hooks it is dropped, and the file fails if connections were left open.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  afterAll(() => database[Symbol.asyncDispose]());
  return database;
}

/** The same for less than a file: the caller disposes of it. Disposing rejects if connections were left open. */
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
