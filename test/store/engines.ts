import { afterAll } from 'vitest';
import type { Database } from '../../src/store/engine/database.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { testDatabase } from '../support/database.ts';

/** All store tests run on both engines. */
export const engines = [
  { engine: 'Postgres', open: openTestPostgres },
  { engine: 'PGlite', open: openTestPglite },
];

async function openTestPostgres(): Promise<Database> {
  const { url } = await testDatabase();
  return closedAtTheEnd(await openDatabase({ kind: 'postgres', url, poolSize: 10 }));
}

async function openTestPglite(): Promise<Database> {
  const database = closedAtTheEnd(await openDatabase({ kind: 'embedded', dataDir: 'memory://' }));
  await database.migrate();
  return database;
}

function closedAtTheEnd(database: Database): Database {
  afterAll(() => database[Symbol.asyncDispose]());
  return database;
}
