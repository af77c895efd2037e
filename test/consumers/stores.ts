import { afterAll } from 'vitest';
import { Closing } from '../../src/closing.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { testDatabase } from '../support/database.ts';

/** Stores that several nodes can share: on Postgres each has connections of its own. All are closed after the file's tests. */
export const sharedStores = [
  {
    engine: 'Postgres',
    share: async (): Promise<() => Promise<Database>> => {
      const { url } = await testDatabase();
      const closing = closedAtTheEnd();
      return async () => closing.add(await openDatabase({ kind: 'postgres', url, poolSize: 4 }));
    },
  },
  {
    engine: 'PGlite',
    share: async (): Promise<() => Promise<Database>> => {
      const database = closedAtTheEnd().add(await openDatabase({ kind: 'embedded', dataDir: 'memory://' }));
      await database.migrate();
      return async () => database;
    },
  },
];

function closedAtTheEnd(): Closing {
  const closing = new Closing();
  afterAll(() => closing[Symbol.asyncDispose]());
  return closing;
}
