import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import type { MigrationConfig } from 'drizzle-orm/migrator';
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite';
import { inDataDir, makeDataDir, makePrivate } from '../../data-dir.ts';
import { lockDataDir } from './data-dir-lock.ts';
import type { Connection, Engine, Orm, Session, Statement } from './database.ts';
import { retrying } from './faults.ts';
import { applyMigrations } from './migrations.ts';
import { StoreUnusable } from './unusable.ts';

/** The store inside this process, persisted in a folder; `memory://` persists nothing. */
export async function openPglite(dataDir: string, migrations: MigrationConfig): Promise<Engine> {
  const kept = !dataDir.startsWith('memory://');
  const unlock = kept ? await inDataDir(dataDir, () => claim(dataDir)) : async () => {};
  const folder = kept ? join(dataDir, 'postgres') : dataDir;
  const opened = kept ? openPrivately(folder) : PGlite.create(folder);
  const client = await opened.catch(async (error: unknown) => {
    await unlock();
    const advice = 'see that its disk is not full, or restore a copy of the folder';
    throw new StoreUnusable(`the database in ${dataDir} cannot be opened: ${reasonOf(error)}; ${advice}`, {
      cause: error,
    });
  });
  const connection = connectionOf(drizzle(client));
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

/** PGlite creates the files of a new database readable by everybody; those Postgres adds later are private by themselves. */
async function openPrivately(folder: string): Promise<PGlite> {
  const client = await PGlite.create(folder);
  await makePrivate(folder);
  return client;
}

/** Returns how to release the folder. */
async function claim(dataDir: string): Promise<() => Promise<void>> {
  await makeDataDir(dataDir);
  const found = await stat(join(dataDir, 'postgres')).catch(() => undefined);
  if (found?.isDirectory() === false)
    throw new StoreUnusable(
      `${dataDir}/postgres is not the folder of a database: move it away, or set DATA_DIR to another folder`,
    );
  return lockDataDir(dataDir);
}

/** PGlite's file system throws objects that are no `Error`, and Postgres' messages have the statement after the first line. */
function reasonOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
  return message.split('\n')[0] || 'its files cannot be read or written';
}

function connectionOf(orm: PgliteDatabase): Connection {
  const transaction: Connection['transaction'] = (work) =>
    retrying(() => orm.transaction((open) => work(sessionOf(open))));
  return {
    // PGlite runs in this thread and answers within the same turn of the event loop: many statements in a row would block everything else.
    rows: async (statement) => {
      await setImmediate();
      return retrying(() => sessionOf(orm).rows(statement));
    },
    query: async (build) => {
      await setImmediate();
      return retrying(() => sessionOf(orm).query(build));
    },
    transaction,
    pipeline: (statements) =>
      transaction(async ({ rows }) => {
        const answers: unknown[][] = [];
        for (const statement of statements) answers.push(await rows(statement));
        return answers;
      }),
  };
}

function sessionOf(orm: Pick<PgliteDatabase, 'execute'> & Orm): Session {
  return {
    query: async (build) => build(orm),
    rows: async <Row>(statement: Statement) => (await orm.execute(statement)).rows as Row[],
  };
}
