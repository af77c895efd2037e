import { fileURLToPath } from 'node:url';
import type { Database } from './database.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

/** Which engine the store runs on. */
export type DatabaseSettings =
  | { readonly kind: 'embedded'; readonly dataDir: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly poolSize: number };

const MIGRATIONS = { migrationsFolder: fileURLToPath(new URL('../../drizzle', import.meta.url)) };

export function openDatabase(settings: DatabaseSettings): Promise<Database> {
  switch (settings.kind) {
    case 'embedded':
      return openPglite(settings.dataDir, MIGRATIONS);
    case 'postgres':
      return openPostgres(settings, MIGRATIONS);
  }
}
