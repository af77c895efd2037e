import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { CommittedChange } from '../../domain/change.ts';
import type { Listeners } from '../../listeners.ts';
import type { StoreFault } from './faults.ts';
import type { PreparedStatement } from './prepared.ts';

/**
 * The store as a node uses it. Its own methods use the connections for writes: they are for what selling needs, which reads must not
 * delay. `faults.ts` says what its rejections mean.
 */
export interface Database extends Connection, ChangeWriter, AsyncDisposable {
  /** For people's queries. They give way to everything else, and do not count for `fault`. */
  readonly reads: Reads;
  /** For what keeps seat maps right: on the connections for reads, ahead of people's queries. */
  readonly mapReads: Session;
  /**
   * Applies all missing migrations, or none if one fails. Many nodes may call it at once; one does the work. Returns the names of those
   * it applied. Rejects with `StoreUnusable` when the role lacks a right.
   */
  migrate(): Promise<readonly string[]>;
  /** What is wrong with the store now. While it is unresponsive, everything is refused at once. */
  readonly fault: StoreFault | null;
  /** What is wrong with reads alone. */
  readonly readFault: StoreFault | null;
  /** Statements and transactions that wait for a connection, without reads. */
  readonly waiting: number;
  readonly readsWaiting: number;
}

/** Where statements go: to a connection, or into a transaction. */
export interface Session {
  /** Runs one statement and returns its rows. The caller says what a row looks like; nothing checks it. */
  rows<Row>(statement: Statement): Promise<Row[]>;
  /** Runs one query built with Drizzle. */
  query<Result>(build: (orm: Orm) => PromiseLike<Result>): Promise<Result>;
}

export type Orm = PgDatabase<PgQueryResultHKT>;

export interface Reads extends Session {
  /** The reads of one operation: a read that still waits for a connection when the operation is over is not sent. */
  during(isOver: () => boolean): Session;
}

/** Runs one statement or transaction at a time. */
export interface Connection extends Session {
  /**
   * One READ COMMITTED transaction, run again after a serialization failure or a deadlock. The work must await nothing but its
   * session.
   */
  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
  /** One such transaction whose statements do not depend on each other's answers: all are sent at once. Returns the rows of each. */
  pipeline(statements: readonly Statement[]): Promise<unknown[][]>;
}

/** Writes changes, and announces each as soon as it is committed. */
export interface ChangeWriter extends Pick<Connection, 'pipeline'> {
  readonly committed: Listeners<CommittedChange>;
}

export type Statement = SQL | PreparedStatement;

/** Runs statements: Postgres behind a network, or PGlite in this process. */
export interface Engine extends AsyncDisposable {
  readonly writes: readonly Connection[];
  /** Null when reads share the connections for writes. */
  readonly reads: readonly Connection[] | null;
  migrate(): Promise<readonly string[]>;
}

/** An engine behind a network, with what a health check needs. */
export interface RemoteEngine extends Engine {
  /** Asks over a connection of its own. Rejects if the store cannot be reached, or does not answer in time. */
  probe(timeoutMs: number): Promise<Probed>;
  /** Replaces all connections. Statements in flight on the old ones may end. */
  renew(): void;
  /** Replaces all connections. Statements in flight on the old ones reject. */
  reset(): void;
}

/** What a new connection finds. It may lead to another server than the old ones. */
export interface Probed {
  readonly isReadOnly: boolean;
}
