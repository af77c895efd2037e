import { fileURLToPath } from 'node:url';
import { bounded } from './bounded.ts';
import type { Database } from './database.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import { watched } from './watched.ts';

/** Which engine the store runs on. */
export type DatabaseSettings =
  | { readonly kind: 'embedded'; readonly dataDir: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly poolSize: number };

const MIGRATIONS = { migrationsFolder: fileURLToPath(new URL('../../drizzle', import.meta.url)) };

/**
 * At most so many statements are under way at once as there are connections, and a bounded number waits for one.
 * @param isWatched for a server: a store that does not answer is noticed, and asked nothing until it does. A command waits.
 */
export async function openDatabase(settings: DatabaseSettings, { isWatched = false } = {}): Promise<Database> {
  switch (settings.kind) {
    case 'embedded':
      return bounded(await openPglite(settings.dataDir, MIGRATIONS), 1);
    case 'postgres': {
      const database = await openPostgres(settings, MIGRATIONS);
      return bounded(isWatched ? watched(database) : database, settings.poolSize);
    }
  }
}
