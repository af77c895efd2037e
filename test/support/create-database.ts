import { randomUUID } from 'node:crypto';
import postgres from 'postgres';

export interface NewDatabase {
  /** What its name starts with; the rest is random, so that runs can share a server. */
  readonly prefix?: string;
  /** The name of a database to copy; without it the new one is empty. */
  readonly template?: string | undefined;
}

/** Creates a database on the server that `serverUrl` connects to. Returns the new one's URL. */
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

/** Runs one piece of work on a connection that is closed afterwards. */
export async function onServer<T>(serverUrl: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(serverUrl, { max: 1, connection: { application_name: 'test support' }, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    // No grace: every answer is in, and after a lost connection postgres.js would wait for all of it.
    await sql.end({ timeout: 0 });
  }
}
