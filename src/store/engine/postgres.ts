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

/** A migration that waits for a table's lock blocks everyone behind it: after this long it gives up, pauses, and tries again. */
const MIGRATION_LOCK_TIMEOUT_MS = 1_000;
const MIGRATION_PAUSE_MS = 1_000;
const MAX_MIGRATION_ATTEMPTS = 60;

/** The store on Postgres 15 or later. Rejects with `StoreUnusable` when it cannot be reached, or used. */
export async function openPostgres(options: PoolOptions, migrations: MigrationConfig): Promise<RemoteEngine> {
  const pool = await PostgresPool.open(options);
  const ofWrites = pool.needsTimeLimits ? { transaction: settingLocally(sessionSettings) } : {};
  const ofReads = pool.place.takesSettings ? {} : { statement: settingLocally(readSettings) };
  return {
    writes: pool.writes.map((client) => new PostgresConnection(client, ofWrites)),
    reads: pool.reads.map((client) => new PostgresConnection(client, ofReads)),
    migrate: () => migrateAlone(pool.place, migrations, options.telemetry),
    probe: (timeoutMs) => pool.probe(timeoutMs),
    renew: () => pool.renew(),
    reset: () => pool.reset(),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** Statements that set time limits, for sessions that have none: ahead of each transaction, or of each single statement. */
interface TimeLimits {
  readonly transaction?: Statement;
  readonly statement?: Statement;
}

class PostgresConnection implements Connection {
  readonly #client: PostgresClient;
  readonly #limits: TimeLimits;

  constructor(client: PostgresClient, limits: TimeLimits) {
    this.#client = client;
    this.#limits = limits;
  }

  async rows<Row>(statement: Statement): Promise<Row[]> {
    const { statement: limit } = this.#limits;
    const work = async () => {
      if (limit === undefined) return rowsOf(this.#client.sql, statement);
      return (await pipeline(this.#client.sql, [limit, statement]))[1] ?? [];
    };
    return (await retrying(work)) as Row[];
  }

  query<Result>(build: (orm: Orm) => PromiseLike<Result>): Promise<Result> {
    const { statement: limit } = this.#limits;
    if (limit === undefined) return retrying(async () => build(ormOn(this.#client.sql)));
    return this.#transaction(limit, (session) => session.query(build));
  }

  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#transaction(this.#limits.transaction, work);
  }

  pipeline(statements: readonly Statement[]): Promise<unknown[][]> {
    const { transaction: limit } = this.#limits;
    return retrying(async () => {
      if (limit === undefined) return pipeline(this.#client.sql, statements);
      return (await pipeline(this.#client.sql, [limit, ...statements])).slice(1);
    });
  }

  #transaction<Result>(limit: Statement | undefined, work: (session: Session) => Promise<Result>): Promise<Result> {
    return retrying(() =>
      inTransaction(this.#client.sql, async (open) => {
        if (limit !== undefined) await rowsOf(open, limit);
        return work(sessionOn(open));
      }),
    );
  }
}

/** Migrates on a connection of its own without time limits, in one transaction, whose end releases the lock. */
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
    return await retryOnLockTimeout(migrateOnce, (seconds) => warnOfHeldTables(sessionOn(client), seconds, telemetry));
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

/** An attempt that fails migrates nothing. `onWaiting` is called once, with how many seconds all attempts may take. */
async function retryOnLockTimeout<Result>(
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
 * Sends all statements and the commit without waiting in between. If a statement fails, Postgres rolls back at the commit; the
 * statements behind it fail too, and only say that the transaction was aborted.
 */
async function pipeline(client: postgres.Sql, statements: readonly Statement[]): Promise<unknown[][]> {
  // The promise is inside an object because postgres.js would await it before it commits.
  const { answers } = await client.begin(async (connection) => ({
    answers: Promise.allSettled(statements.map((statement) => rowsOf(connection, statement))),
  }));
  return (await answers).map((answer) => {
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  });
}

/** An open transaction, or a connection. */
type Open = Pick<postgres.Sql, 'unsafe' | 'options'>;

function sessionOn(open: Open): Session {
  return {
    rows: <Row>(statement: Statement) => rowsOf(open, statement) as Promise<Row[]>,
    query: async (build) => build(ormOn(open)),
  };
}

const dialect = new PgDialect();

/** Each statement is prepared once a connection: planning one of the larger takes as long as running it. */
async function rowsOf(connection: Pick<postgres.Sql, 'unsafe'>, statement: Statement): Promise<unknown[]> {
  const { sql: text, params } = statement instanceof PreparedStatement ? statement : dialect.sqlToQuery(statement);
  const query = connection.unsafe(text, params as postgres.ParameterOrJSON<never>[], { prepare: true });
  // Sent now, so that statements go out in the order of the calls, and not when somebody awaits the answer.
  return rowsIn(query.execute());
}

/** Drizzle on the part of a postgres.js connection that it calls. */
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
 * After an answer that was cut off by an error, postgres.js begins the next one on that connection with as many empty places as there
 * had been rows (github.com/porsager/postgres/issues/1181). They are left out.
 */
async function rowsIn(answer: PromiseLike<readonly unknown[]>): Promise<unknown[]> {
  return (await answer).filter(() => true);
}
