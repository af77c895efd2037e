import { fileURLToPath } from 'node:url';
import { bounded, type OnAnswered } from './bounded.ts';
import type { Database } from './database.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import { watched } from './watched.ts';

/** Which engine the store runs on. */
export type DatabaseSettings =
  | { readonly kind: 'embedded'; readonly dataDir: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly poolSize: number };

const MIGRATIONS = { migrationsFolder: fileURLToPath(new URL('../../drizzle', import.meta.url)) };

export interface OpenOptions {
  /** For a server: a store that does not answer is noticed, and asked nothing until it does. A command waits. */
  readonly isWatched?: boolean;
  readonly onAnswered?: OnAnswered;
  /** Told once what whoever runs it should know, in a line. */
  readonly onWarning?: (warning: string) => void;
}

/** At most so many statements are under way at once as there are connections, and a bounded number waits for one. */
export async function openDatabase(
  settings: DatabaseSettings,
  { isWatched = false, onAnswered = () => {}, onWarning = () => {} }: OpenOptions = {},
): Promise<Database> {
  switch (settings.kind) {
    case 'embedded':
      return bounded(await openPglite(settings.dataDir, MIGRATIONS), 1, onAnswered);
    case 'postgres': {
      const database = await openPostgres({ ...settings, onWarning }, MIGRATIONS);
      return bounded(isWatched ? watched(database) : database, settings.poolSize, onAnswered);
    }
  }
}
