import { chmod, mkdir } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import type { MigrationConfig } from 'drizzle-orm/migrator';
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite';
import { lockDataDir } from './data-dir-lock.ts';
import type { Connection, Engine, Statement, Transaction } from './database.ts';
import { retrying } from './faults.ts';
import { applyMigrations } from './migrations.ts';
import * as tables from './tables.ts';
import { StoreUnusable } from './unusable.ts';

/** The store inside this process, kept in a folder; `memory://` keeps nothing. */
export async function openPglite(dataDir: string, migrations: MigrationConfig): Promise<Engine> {
  const kept = !dataDir.startsWith('memory://');
  if (kept) await makePrivate(dataDir);
  const unlock = kept ? await lockDataDir(dataDir) : async () => {};
  const client = await PGlite.create(kept ? `${dataDir}/postgres` : dataDir).catch(async (error: unknown) => {
    await unlock();
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new StoreUnusable(`the database in ${dataDir} cannot be opened: ${why}`, { cause: error });
  });
  const orm = drizzle(client, { schema: tables });
  const connection = connectionOf(orm);
  return {
    writes: [connection],
    reads: null,
    migrate: () => connection.transaction((session) => applyMigrations(session, migrations)),
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await unlock();
    },
  };
}

/** The folder is its owner's alone, whatever it was. One that was mounted for a group of users stays as it is. */
async function makePrivate(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  await chmod(dataDir, 0o700).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPERM') throw error;
  });
}

function connectionOf(orm: PgliteDatabase<typeof tables>): Connection {
  const transaction: Connection['transaction'] = (work) =>
    retrying(() => orm.transaction((open) => work(sessionOf(open))));
  return {
    // The database works in this thread, and answers before the event loop turns: many statements in a row would keep it from all else.
    rows: async (statement) => {
      await setImmediate();
      return retrying(() => sessionOf(orm).rows(statement));
    },
    transaction,
    together: (statements) =>
      transaction(async ({ rows }) => {
        const answers: unknown[][] = [];
        for (const statement of statements) answers.push(await rows(statement));
        return answers;
      }),
  };
}

function sessionOf(orm: Pick<PgliteDatabase<typeof tables>, 'execute'> & Transaction['orm']): Transaction {
  return {
    orm,
    rows: async <Row>(statement: Statement) => (await orm.execute(statement)).rows as Row[],
  };
}
