import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { CompiledStatement } from './compiled.ts';
import type * as tables from './tables.ts';
import type { StoreTrouble } from './trouble.ts';

/** The store as a node uses it. `faults.ts` tells what its rejections mean. */
export interface Database extends Engine {
  /** What is the matter with it at this moment. While it is silent, everything is refused at once. */
  readonly trouble: StoreTrouble | null;
  /** Statements and transactions that wait for a connection. */
  readonly waiting: number;
}

/** What runs statements: Postgres, behind a network or in this process. */
export interface Engine extends Session, AsyncDisposable {
  /**
   * One transaction, READ COMMITTED, begun anew when the engine says that only its timing was at fault. Inside it wait for
   * nothing but the session it hands over.
   */
  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
  /** One such transaction of statements that need nothing of each other's answers: all are sent at once. Gives the rows of each. */
  together(statements: readonly Statement[]): Promise<unknown[][]>;
  /**
   * Brings the tables up to date: all of the missing migrations or none. Many nodes may do it at once; one does the work. Gives the
   * names of those that were applied. Rejects with `StoreUnusable` where the role lacks a right.
   */
  migrate(): Promise<readonly string[]>;
}

export type Statement = SQL | CompiledStatement;

/** Where statements go: straight to the database, or into a transaction. */
export interface Session {
  readonly orm: PgDatabase<PgQueryResultHKT, typeof tables>;
  /** Runs one statement as it stands and gives its rows. Their shape is the statement's own promise. */
  rows<Row>(statement: Statement): Promise<Row[]>;
}
