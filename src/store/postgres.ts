import type { SQL } from 'drizzle-orm';
import type { MigrationConfig } from 'drizzle-orm/migrator';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';
import { lockMigrations } from './advisory-locks.ts';
import type { Database, Session } from './database.ts';
import { retrying } from './faults.ts';
import * as tables from './tables.ts';

/** A statement that takes longer is cancelled, so that no request waits for ever. */
const STATEMENT_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_SECONDS = 5;
const CLOSE_TIMEOUT_SECONDS = 5;

/** The store on Postgres 15 or later. Rejects when it cannot be reached. */
export async function openPostgres(
  { url, poolSize }: { url: string; poolSize: number },
  migrations: MigrationConfig,
): Promise<Database> {
  const client = postgres(url, {
    max: poolSize,
    connect_timeout: CONNECT_TIMEOUT_SECONDS,
    onnotice: () => {},
    connection: { application_name: 'holdfast', statement_timeout: STATEMENT_TIMEOUT_MS },
  });
  const close = () => client.end({ timeout: CLOSE_TIMEOUT_SECONDS });
  await client`select 1`.catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const orm = drizzle(client, { schema: tables });
  const session = sessionOf(orm);
  return {
    orm,
    rows: (statement) => retrying(() => session.rows(statement)),
    transaction: (work) => retrying(() => orm.transaction((transaction) => work(sessionOf(transaction)))),
    migrate: () => migrateAlone(url, migrations),
    [Symbol.asyncDispose]: close,
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
    await migrate(orm, migrations);
  } finally {
    await client.end({ timeout: CLOSE_TIMEOUT_SECONDS });
  }
}

function sessionOf(orm: Pick<PostgresJsDatabase<typeof tables>, 'execute'> & Session['orm']): Session {
  return {
    orm,
    rows: async <Row>(statement: SQL) => [...(await orm.execute(statement))] as Row[],
  };
}
