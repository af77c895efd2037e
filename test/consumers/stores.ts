import { afterAll } from 'vitest';
import { AsyncStack } from '../../src/async-stack.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { testDatabase } from '../support/database.ts';

/** Stores that several nodes can share; on Postgres each has its own connections. All are closed after the file's tests. */
export const sharedStores = [
  {
    engine: 'Postgres',
    share: async (): Promise<() => Promise<Database>> => {
      const { url } = await testDatabase();
      const resources = closedAtTheEnd();
      return async () => resources.use(await openDatabase({ kind: 'postgres', url, poolSize: 4 }));
    },
  },
  {
    engine: 'PGlite',
    share: async (): Promise<() => Promise<Database>> => {
      const database = closedAtTheEnd().use(await openDatabase({ kind: 'embedded', dataDir: 'memory://' }));
      await database.migrate();
      return async () => database;
    },
  },
];

function closedAtTheEnd(): AsyncStack {
  const resources = new AsyncStack();
  afterAll(() => resources[Symbol.asyncDispose]());
  return resources;
}
