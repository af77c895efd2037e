import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { CommittedChange } from '../../domain/change.ts';
import type { Listeners } from '../../listeners.ts';
import type { StoreTrouble } from './faults.ts';
import type { PreparedStatement } from './prepared.ts';

/**
 * The store as a node uses it. What it is asked directly goes with the writes: it is for what selling needs, which reads
 * must not hold up. `faults.ts` tells what its rejections mean.
 */
export interface Database extends Connection, ChangeWriter, AsyncDisposable {
  /** For what people ask. It gives way to everything else, and has no part in `trouble`. */
  readonly reads: Reads;
  /** For what keeps seat maps right: with the reads of people, and ahead of them. */
  readonly mapReads: Session;
  /**
   * Brings the tables up to date: all of the missing migrations or none. Many nodes may do it at once; one does the work. Gives the
   * names of those that were applied. Rejects with `StoreUnusable` where the role lacks a right.
   */
  migrate(): Promise<readonly string[]>;
  /** What is the matter with it at this moment. While it is silent, everything is refused at once. */
  readonly trouble: StoreTrouble | null;
  /** What is the matter with reads alone. */
  readonly readTrouble: StoreTrouble | null;
  /** Statements and transactions that wait for a connection, reads apart. */
  readonly waiting: number;
  readonly readsWaiting: number;
}

/** Where statements go: to a connection, or into a transaction. */
export interface Session {
  /** Runs one statement as it stands and gives its rows. Their shape is the statement's own promise. */
  rows<Row>(statement: Statement): Promise<Row[]>;
  /** Runs one query that is built by Drizzle. */
  query<Result>(build: (orm: Orm) => PromiseLike<Result>): Promise<Result>;
}

export type Orm = PgDatabase<PgQueryResultHKT>;

export interface Reads extends Session {
  /** Of one operation: a read that still waits for a connection when the operation is over is not sent. */
  during(isOver: () => boolean): Session;
}

/** Does one thing at a time. */
export interface Connection extends Session {
  /**
   * One transaction, READ COMMITTED, begun anew when the engine says that only its timing was at fault. Inside it wait for
   * nothing but the session it hands over.
   */
  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
  /** One such transaction of statements that need nothing of each other's answers: all are sent at once. Gives the rows of each. */
  together(statements: readonly Statement[]): Promise<unknown[][]>;
}

/** Where changes are written, and told of as soon as they are committed. */
export interface ChangeWriter extends Pick<Connection, 'together'> {
  readonly committed: Listeners<CommittedChange>;
}

export type Statement = SQL | PreparedStatement;

/** What runs statements: Postgres, behind a network or in this process. */
export interface Engine extends AsyncDisposable {
  readonly writes: readonly Connection[];
  /** Null where all go over the connections of writes. */
  readonly reads: readonly Connection[] | null;
  migrate(): Promise<readonly string[]>;
}

/** An engine behind a network, and what a health check needs of it. */
export interface RemoteEngine extends Engine {
  /** Asks something over a connection of its own. Rejects if the store cannot be reached, or gives no answer in time. */
  probe(timeoutMs: number): Promise<Probed>;
  /** Makes new connections as they are needed, and lets what is under way on the old ones end. */
  renew(): void;
  /** Makes new connections as they are needed, and gives up the old ones: what waits on them rejects. */
  reset(): void;
}

/** What a new connection finds, which may lead elsewhere than the old ones. */
export interface Probed {
  readonly isReadOnly: boolean;
}
