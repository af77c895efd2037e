import { setTimeout as sleep } from 'node:timers/promises';
import { type SQL, sql } from 'drizzle-orm';
import type { MigrationConfig } from 'drizzle-orm/migrator';
import { PgDialect } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import type { Telemetry } from '../../telemetry/happenings.ts';
import type { Connection, Orm, RemoteEngine, Session, Statement } from './database.ts';
import { isConnectionLost, isLockTimeout, retrying } from './faults.ts';
import { applyMigrations, lockMigrations, warnOfHeldTables } from './migrations.ts';
import { connectTo, type PostgresPlace, readSettings, sessionSettings } from './postgres-connection.ts';
import { CLOSE_TIMEOUT_SECONDS, type PoolOptions, type PostgresClient, PostgresPool } from './postgres-pool.ts';
import { PreparedStatement } from './prepared.ts';
import { unusable } from './unusable.ts';

/** A migration that waits for a table keeps everybody else from it: after this long it lets them pass, and tries again. */
const MIGRATION_LOCK_TIMEOUT_MS = 1_000;
const MIGRATION_PAUSE_MS = 1_000;
const MAX_MIGRATION_ATTEMPTS = 60;

/** The store on Postgres 15 or later. Rejects with `StoreUnusable` when it cannot be reached, or used. */
export async function openPostgres(options: PoolOptions, migrations: MigrationConfig): Promise<RemoteEngine> {
  const pool = await PostgresPool.open(options);
  const writing = pool.writes.map(connectionOf);
  const reading = pool.reads.map(connectionOf);
  return {
    writes: pool.needsTimeLimits ? writing.map((connection) => limitingTransactions(connection)) : writing,
    reads: pool.place.takesSettings ? reading : reading.map((connection) => limitingRows(connection)),
    migrate: () => migrateAlone(pool.place, migrations, options.telemetry),
    probe: (timeoutMs) => pool.probe(timeoutMs),
    renew: () => pool.renew(),
    reset: () => pool.reset(),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

function connectionOf(client: PostgresClient): Connection {
  return {
    rows: <Row>(statement: Statement) => retrying(() => rowsOf(client.sql, statement) as Promise<Row[]>),
    query: (build) => retrying(async () => build(ormOn(client.sql))),
    transaction: (work) => retrying(() => inTransaction(client.sql, (open) => work(sessionOn(open)))),
    together: (statements) => retrying(() => together(client.sql, statements)),
  };
}

/** Where a session has no time limits: each transaction sets its own. */
function limitingTransactions(connection: Connection): Connection {
  const setTimeLimits = settingLocally(sessionSettings);
  return {
    ...connection,
    transaction: (work) =>
      connection.transaction(async (session) => {
        await session.rows(setTimeLimits);
        return work(session);
      }),
    together: async (statements) => (await connection.together([setTimeLimits, ...statements])).slice(1),
  };
}

/** The same for reads, which are single statements. */
function limitingRows(connection: Connection): Connection {
  const setTimeLimits = settingLocally(readSettings);
  return {
    ...connection,
    rows: async <Row>(statement: Statement) =>
      ((await connection.together([setTimeLimits, statement]))[1] ?? []) as Row[],
    query: (build) =>
      connection.transaction(async (session) => {
        await session.rows(setTimeLimits);
        return session.query(build);
      }),
  };
}

/** On a connection of its own, which may take its time, and in one transaction, with whose end the lock is let go of. */
async function migrateAlone(
  place: PostgresPlace,
  migrations: MigrationConfig,
  telemetry: Telemetry,
): Promise<readonly string[]> {
  const client = connectTo(place, { fetch_types: false, prepare: false });
  try {
    const migrateOnce = () =>
      inTransaction(client, async (connection) => {
        const session = sessionOn(connection);
        await session.rows(settingLocally({ statement_timeout: '0', lock_timeout: '0' }));
        await lockMigrations(session, telemetry);
        await session.rows(settingLocally({ lock_timeout: String(MIGRATION_LOCK_TIMEOUT_MS) }));
        return applyMigrations(session, migrations);
      });
    return await steppingBack(migrateOnce, (seconds) => warnOfHeldTables(sessionOn(client), seconds, telemetry));
  } catch (error) {
    throw unusable(error, place);
  } finally {
    await client.end({ timeout: CLOSE_TIMEOUT_SECONDS });
  }
}

function settingLocally(settings: Readonly<Record<string, string>>): SQL {
  const each = Object.entries(settings).map(([name, value]) => sql`set_config(${name}, ${value}, true)`);
  return sql`select ${sql.join(each, sql`, `)}`;
}

/** Nothing is migrated by an attempt that fails. `onWaiting` is called once, with the seconds that this may take. */
async function steppingBack<Result>(
  migrateOnce: () => Promise<Result>,
  onWaiting: (seconds: number) => Promise<void>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await migrateOnce();
    } catch (error) {
      if (!isLockTimeout(error) || attempt === MAX_MIGRATION_ATTEMPTS) throw error;
      if (attempt === 1)
        await onWaiting((MAX_MIGRATION_ATTEMPTS * (MIGRATION_LOCK_TIMEOUT_MS + MIGRATION_PAUSE_MS)) / 1_000);
      await sleep(MIGRATION_PAUSE_MS);
    }
  }
}

/**
 * After a failure postgres.js' `begin` sends a rollback, even when the connection was lost: that fails where nobody can catch
 * it, and ends the process (github.com/porsager/postgres/issues/1208). So it never hears of such a failure from the work. It
 * rejects by itself as soon as it sees that the connection is closed.
 */
function inTransaction<Result>(client: postgres.Sql, work: (open: Open) => Promise<Result>): Promise<Result> {
  const guarded = async (connection: postgres.TransactionSql) => {
    try {
      return await work(Object.assign(connection, { options: client.options }));
    } catch (error) {
      return isConnectionLost(error) ? new Promise<never>(() => {}) : Promise.reject(error);
    }
  };
  return client.begin(guarded) as Promise<Result>;
}

/**
 * The commit is sent right behind the statements: of a transaction in which one failed, Postgres takes it for a rollback. What
 * comes behind such a statement fails too, and only says that the transaction was aborted.
 */
async function together(client: postgres.Sql, statements: readonly Statement[]): Promise<unknown[][]> {
  // Postgres.js commits as soon as it has this, and would wait for a promise.
  const { answers } = await client.begin(async (connection) => ({
    answers: Promise.allSettled(statements.map((statement) => rowsOf(connection, statement))),
  }));
  return (await answers).map((answer) => {
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
}

/** Of a transaction. */
type Open = Pick<postgres.Sql, 'unsafe' | 'options'>;

function sessionOn(open: Open): Session {
  return {
    rows: <Row>(statement: Statement) => rowsOf(open, statement) as Promise<Row[]>,
    query: async (build) => build(ormOn(open)),
  };
}

const dialect = new PgDialect();

/** Statements are prepared once on each connection: to plan one of the larger takes as long as to run it. */
async function rowsOf(connection: Pick<postgres.Sql, 'unsafe'>, statement: Statement): Promise<unknown[]> {
  const { sql: text, params } = statement instanceof PreparedStatement ? statement : dialect.sqlToQuery(statement);
  const query = connection.unsafe(text, params as postgres.ParameterOrJSON<never>[], { prepare: true });
  // Sent now, before whatever is sent next, and not when somebody asks for the answer.
  return rowsIn(query.execute());
}

/** What Drizzle calls of a connection. */
function ormOn(connection: Open): Orm {
  const unsafe = (...[text, params]: Parameters<Open['unsafe']>) => {
    const query = connection.unsafe(text, params, { prepare: true });
    const rows = rowsIn(query);
    const values = () => {
      query.values();
      return rows;
    };
    return Object.assign(rows, { values });
  };
  return drizzle({ options: connection.options, unsafe } as unknown as postgres.Sql);
}

/**
 * After an answer that broke off, because of an error or with its connection, postgres.js begins the next one on that connection
 * with as many empty places as there had been rows (github.com/porsager/postgres/issues/1181): they are left out.
 */
async function rowsIn(answer: PromiseLike<readonly unknown[]>): Promise<unknown[]> {
  return (await answer).filter(() => true);
}
