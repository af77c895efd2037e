import { randomUUID } from 'node:crypto';
import postgres from 'postgres';

export interface NewDatabase {
  /** Prefix of the name. The rest is random, so that runs can share a server. */
  readonly prefix?: string;
  /** Name of a database to copy; empty by default. */
  readonly template?: string | undefined;
}

/** Creates a database on the server of `serverUrl`. Resolves to its URL. */
export async function createDatabase(serverUrl: string, options: NewDatabase = {}): Promise<string> {
  const { prefix = 'holdfast_test', template = 'template0' } = options;
  const name = `${prefix}_${randomUUID().replaceAll('-', '')}`;
  await onServer(serverUrl, (sql) => sql`create database ${sql(name)} template ${sql(template)}`);
  const url = new URL(serverUrl);
  url.pathname = name;
  return url.href;
}

export function databaseName(databaseUrl: string): string {
  return new URL(databaseUrl).pathname.slice(1);
}

/** Runs the work on a connection of its own. */
export async function onServer<T>(serverUrl: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(serverUrl, { max: 1, connection: { application_name: 'test support' }, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    // Without a timeout, because all answers are in, and postgres.js would wait for it after a lost connection.
    await sql.end({ timeout: 0 });
  }
}
