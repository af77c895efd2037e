import { randomUUID } from 'node:crypto';
import postgres from 'postgres';

/** Creates a database with a name nobody else has on the server that `serverUrl` connects to. Returns its URL. */
export async function createDatabase(serverUrl: string, { template = 'template0' } = {}): Promise<string> {
  const name = `holdfast_test_${randomUUID().replaceAll('-', '')}`;
  await onServer(serverUrl, (sql) => sql`create database ${sql(name)} template ${sql(template)}`);
  const url = new URL(serverUrl);
  url.pathname = name;
  return url.href;
}

/** Runs one piece of work on a connection that is closed afterwards. */
export async function onServer<T>(serverUrl: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(serverUrl, { max: 1, connection: { application_name: 'test support' }, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
