import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationConfig } from 'drizzle-orm/migrator';
import { PgDialect } from 'drizzle-orm/pg-core';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { lockMigrations } from './advisory-locks.ts';
import { CompiledStatement } from './compiled.ts';
import type { Session, Statement } from './database.ts';
import { isConnectionLost, isLockTimeout, retrying } from './faults.ts';
import { CLOSE_TIMEOUT_SECONDS, CONNECT_TIMEOUT_SECONDS, type PoolOptions, PostgresPool } from './postgres-pool.ts';
import { probe } from './probe.ts';
import * as tables from './tables.ts';
import type { RemoteDatabase } from './watched.ts';

/** A migration that waits for a table keeps everybody else from it: after this long it lets them pass, and tries again. */
const MIGRATION_LOCK_TIMEOUT_MS = 1_000;
const MIGRATION_PAUSE_MS = 1_000;
const MAX_MIGRATION_ATTEMPTS = 60;

/** The store on Postgres 15 or later. Rejects when it cannot be reached. */
export async function openPostgres(options: PoolOptions, migrations: MigrationConfig): Promise<RemoteDatabase> {
  const { url } = options;
  const pool = await PostgresPool.open(options);
  return {
    get orm() {
      return sessionOn(pool.client).orm;
    },
    rows: <Row>(statement: Statement) => retrying(() => rowsOf(pool.client, statement) as Promise<Row[]>),
    transaction: (work) => retrying(() => inTransaction(pool.client, (connection) => work(sessionOn(connection)))),
    together: (statements) => retrying(() => together(pool.client, statements)),
    migrate: () => migrateAlone(url, migrations),
    probe: (timeoutMs) => probe(url, timeoutMs),
    renew: () => pool.renew(),
    reset: () => pool.reset(),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/**
 * On a connection of its own, which may take its time and whose end lets go of the lock: Drizzle begins the transaction
 * of its migrations by itself.
 */
async function migrateAlone(url: string, migrations: MigrationConfig): Promise<void> {
  const client = postgres(url, {
    max: 1,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    onnotice: () => {},
    connection: { application_name: 'holdfast', statement_timeout: 0 },
  });
  try {
    const orm = drizzle(client);
    await orm.execute(lockMigrations);
    await client`select set_config('lock_timeout', ${String(MIGRATION_LOCK_TIMEOUT_MS)}, false)`;
    await steppingBack(() => migrate(orm, migrations));
  } finally {
    await client.end({ timeout: CLOSE_TIMEOUT_SECONDS });
  }
}

/** Nothing is migrated by an attempt that fails. */
async function steppingBack(migrateOnce: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await migrateOnce();
    } catch (error) {
      if (!isLockTimeout(error) || attempt === MAX_MIGRATION_ATTEMPTS) throw error;
      await sleep(MIGRATION_PAUSE_MS);
    }
  }
}

/**
 * After a failure postgres.js' `begin` sends a rollback, even when the connection was lost: that fails where nobody can catch
 * it, and ends the process (github.com/porsager/postgres/issues/1208). So it never hears of such a failure from the work. It
 * rejects by itself as soon as it sees that the connection is closed.
 */
function inTransaction<Result>(
  client: postgres.Sql,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
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

/** The pool, or the one connection of a transaction. */
type Connection = Pick<postgres.Sql, 'unsafe' | 'options'>;

function sessionOn(connection: Connection): Session {
  let orm: Session['orm'] | undefined;
  return {
    get orm() {
      orm ??= drizzle(forDrizzle(connection), { schema: tables });
      return orm;
    },
    rows: <Row>(statement: Statement) => rowsOf(connection, statement) as Promise<Row[]>,
  };
}

const dialect = new PgDialect();

/** Statements are prepared once on each connection: to plan one of the larger takes as long as to run it. */
async function rowsOf(connection: Pick<postgres.Sql, 'unsafe'>, statement: Statement): Promise<unknown[]> {
  const { sql: text, params } = statement instanceof CompiledStatement ? statement : dialect.sqlToQuery(statement);
  const query = connection.unsafe(text, params as postgres.ParameterOrJSON<never>[], { prepare: true });
  // Sent now, before whatever is sent next, and not when somebody asks for the answer.
  return rowsIn(query.execute());
}

/** What Drizzle calls of a connection. */
function forDrizzle(connection: Connection): postgres.Sql {
  const unsafe = (...statement: Parameters<Connection['unsafe']>) => {
    const query = connection.unsafe(...statement);
    const rows = rowsIn(query);
    const values = () => {
      query.values();
      return rows;
    };
    return Object.assign(rows, { values });
  };
  return { options: connection.options, unsafe } as unknown as postgres.Sql;
}

/**
 * After an answer that broke off, because of an error or with its connection, postgres.js begins the next one on that connection
 * with as many empty places as there had been rows (github.com/porsager/postgres/issues/1181): they are left out.
 */
async function rowsIn(answer: PromiseLike<readonly unknown[]>): Promise<unknown[]> {
  return (await answer).filter(() => true);
}
