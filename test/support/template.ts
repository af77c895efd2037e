import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate } from 'drizzle-orm/postgres-js/migrator';
import { createDatabase, databaseName, onServer } from './create-database.ts';

const migrationsFolder = fileURLToPath(new URL('../../drizzle', import.meta.url));

/** Creates a database with the product's tables and no rows, as a template. Resolves to its name. */
export async function createTemplate(serverUrl: string): Promise<string> {
  const url = await createDatabase(serverUrl, { prefix: 'holdfast_template' });
  const name = databaseName(url);
  await applyMigrations(url);
  // Postgres copies a database only without connections to it, which this ensures. Concurrent copies share the lock on the template.
  await onServer(serverUrl, (sql) => sql`alter database ${sql(name)} with allow_connections false`);
  return name;
}

export async function dropTemplate(serverUrl: string, name: string): Promise<void> {
  await onServer(serverUrl, (sql) => sql`drop database ${sql(name)}`);
}

async function applyMigrations(url: string): Promise<void> {
  await onServer(url, (sql) => migrate(drizzle(sql), { migrationsFolder }));
}
