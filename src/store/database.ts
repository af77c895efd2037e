import { fileURLToPath } from 'node:url';
import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';
import type * as tables from './tables.ts';

/** Which engine the store runs on. */
export type DatabaseSettings =
  | { readonly kind: 'embedded'; readonly dataDir: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly poolSize: number };

/** The store, whichever engine is behind it. `faults.ts` tells what its rejections mean. */
export interface Database extends Session, AsyncDisposable {
  /**
   * One transaction, READ COMMITTED, begun anew when the engine says that only its timing was at fault. Inside it wait for
   * nothing but the session it hands over.
   */
  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
  /** Brings the tables up to date: all of the missing migrations or none. Many nodes may do it at once; one does the work. */
  migrate(): Promise<void>;
}

/** Where statements go: straight to the database, or into a transaction. */
export interface Session {
  readonly orm: PgDatabase<PgQueryResultHKT, typeof tables>;
  /** Runs one statement as it stands and gives its rows. Their shape is the statement's own promise. */
  rows<Row>(statement: SQL): Promise<Row[]>;
}

const MIGRATIONS = { migrationsFolder: fileURLToPath(new URL('../../drizzle', import.meta.url)) };

export function openDatabase(settings: DatabaseSettings): Promise<Database> {
  switch (settings.kind) {
    case 'embedded':
      return openPglite(settings.dataDir, MIGRATIONS);
    case 'postgres':
      return openPostgres(settings, MIGRATIONS);
  }
}
