import postgres from 'postgres';
import { type PostgresServer, parsePostgresUrl } from '../../config/postgres-url.ts';
import type { Telemetry } from '../../telemetry/happenings.ts';
import type { Probed } from './database.ts';
import { isConnectionLost } from './faults.ts';
import { connectTo, type PostgresPlace, readSettings, sessionSettings } from './postgres-connection.ts';
import { findServer, type PostgresFound } from './postgres-look.ts';

/** Statements in flight on a connection that is replaced may take as long as any other. */
const LEAVE_TIMEOUT_SECONDS = Number(sessionSettings.statement_timeout) / 1000;
/** All work has ended before the pool is closed, but postgres.js also waits for statements whose connection was lost. */
export const CLOSE_TIMEOUT_SECONDS = 1;
/** A probe's timeout is counted in steps of this. */
const STEP_MS = 50;
/** Three of ten connections are for reads; reads and writes have at least one each. */
const SHARE_OF_READS = 0.3;

export interface PoolOptions {
  readonly url: string;
  /** Connections for writes and reads together. */
  readonly poolSize: number;
  readonly telemetry: Telemetry;
}

/** Connections to Postgres, each of which is replaced on its own. */
export class PostgresPool implements AsyncDisposable {
  readonly writes: readonly PostgresClient[];
  readonly reads: readonly PostgresClient[];
  readonly #found: PostgresFound;
  #place: PostgresPlace;

  private constructor(poolSize: number, found: PostgresFound) {
    this.#found = found;
    this.#place = found.place;
    const readers = Math.max(1, Math.floor(poolSize * SHARE_OF_READS));
    this.writes = this.#clients(Math.max(1, poolSize - readers), sessionSettings);
    this.reads = this.#clients(readers, readSettings);
  }

  /** Rejects with `StoreUnusable` if no server can be reached, or used. */
  static async open({ url, poolSize, telemetry }: PoolOptions): Promise<PostgresPool> {
    const found = await findServer(parsePostgresUrl(url));
    if (!found.place.takesSettings) telemetry.emit('store:warned', aboutPoolers(found));
    return new PostgresPool(poolSize, found);
  }

  get place(): PostgresPlace {
    return this.#place;
  }

  /** Whether each transaction must set its own time limits, because sessions behind the pooler have none. */
  get needsTimeLimits(): boolean {
    return !this.#found.hasTimeLimit;
  }

  /** Replaces all connections. Statements in flight on the old ones may end. */
  renew(): void {
    for (const client of [...this.writes, ...this.reads]) client.replace(LEAVE_TIMEOUT_SECONDS);
  }

  /** Replaces all connections. Statements in flight on the old ones reject. */
  reset(): void {
    for (const client of [...this.writes, ...this.reads]) client.replace(0);
  }

  /** Asks all servers, and moves to another one if that takes writes and this one does not. */
  async probe(timeoutMs: number): Promise<Probed> {
    const { server, isReadOnly } = await probe(this.#place, timeoutMs);
    if (server !== this.#place.server) {
      this.#place = { ...this.#place, server };
      this.renew();
    }
    return { isReadOnly };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.writes, ...this.reads].map((client) => client[Symbol.asyncDispose]()));
  }

  #clients(count: number, session: Readonly<Record<string, string>>): readonly PostgresClient[] {
    const connect = (onclose: () => void) => this.#connect(session, onclose);
    return Array.from({ length: count }, () => new PostgresClient(connect));
  }

  #connect(session: Readonly<Record<string, string>>, onclose: () => void): postgres.Sql {
    const { target, takesSettings } = this.#place;
    const prepare = target.canPrepare ?? takesSettings;
    const sql = connectTo(this.#place, { fetch_types: false, prepare, session, onclose });
    Object.assign(sql.options.parsers, this.#found.types.parsers);
    Object.assign(sql.options.serializers, this.#found.types.serializers);
    return sql;
  }
}

/**
 * One connection, opened when it is first used, and replaced as soon as it closes: postgres.js would reopen it after up to 20 s, and
 * never if it was written to while it closed. Each has a postgres.js client of its own, so that closing one does not affect others.
 */
export class PostgresClient implements AsyncDisposable {
  readonly #connect: (onclose: () => void) => postgres.Sql;
  #sql: postgres.Sql;
  #isClosing = false;

  constructor(connect: (onclose: () => void) => postgres.Sql) {
    this.#connect = connect;
    this.#sql = this.#open();
  }

  /** The current client. Not to be stored, as it is replaced. */
  get sql(): postgres.Sql {
    return this.#sql;
  }

  /** Uses a new connection from now on. Statements in flight on the old one reject after `leaveSeconds`. */
  replace(leaveSeconds: number): void {
    void this.#sql.end({ timeout: leaveSeconds });
    this.#sql = this.#open();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    await this.#sql.end({ timeout: CLOSE_TIMEOUT_SECONDS });
  }

  #open(): postgres.Sql {
    const sql: postgres.Sql = this.#connect(() => {
      // Postgres.js forgets a statement that was sent as the connection failed: only ending the client rejects it.
      if (this.#sql === sql && !this.#isClosing) this.replace(0);
    });
    return sql;
  }
}

function aboutPoolers({ place, hasTimeLimit }: PostgresFound): string {
  const unprepared =
    place.target.canPrepare === undefined
      ? '; statements are not prepared: prepare=true in DATABASE_URL says that they can be'
      : '';
  const unlimited = hasTimeLimit ? '' : "; statements have no time limit: alter role … set statement_timeout = '15s'";
  return `Postgres is behind a pooler that lets no settings of a session through${unprepared}${unlimited}`;
}

/** What a new connection finds, and on which server. */
interface ProbedServer extends Probed {
  readonly server: PostgresServer;
}

/**
 * Asks every server over a connection of its own. Prefers the current server if it takes writes, then another that does, then any that
 * answers. An error from Postgres itself counts as an answer, unless it says that the server cannot serve at all. Rejects if no server
 * answers in time.
 */
async function probe(place: PostgresPlace, timeoutMs: number): Promise<ProbedServer> {
  const others = place.target.servers.filter((server) => server !== place.server);
  const probes = await Promise.allSettled(
    [place.server, ...others].map((server) => ask({ ...place, server }, timeoutMs)),
  );
  const answers = probes.flatMap((probed) => (probed.status === 'fulfilled' ? [probed.value] : []));
  const best = answers.find(({ isReadOnly }) => !isReadOnly) ?? answers[0];
  if (best !== undefined) return best;
  throw probes[0]?.status === 'rejected' ? probes[0].reason : new Error('there is no server');
}

async function ask(place: PostgresPlace, timeoutMs: number): Promise<ProbedServer> {
  const client = connectTo(place, { fetch_types: false, prepare: false });
  const end = () => void client.end({ timeout: 0 });
  const stopWaiting = afterSteps(timeoutMs / STEP_MS, end);
  const { server } = place;
  try {
    const [row] = await client<Probed[]>`
      select pg_is_in_recovery() or current_setting('default_transaction_read_only')::bool as "isReadOnly"`;
    return { server, isReadOnly: row?.isReadOnly === true };
  } catch (error) {
    if (!(error instanceof postgres.PostgresError) || isConnectionLost(error)) throw error;
    return { server, isReadOnly: false };
  } finally {
    stopWaiting();
    end();
  }
}

/**
 * Counts steps instead of setting one timer: after a long turn of this process' event loop the store's answer may lie unread in the
 * socket, and must not be missed. Returns how to stop.
 */
function afterSteps(steps: number, work: () => void): () => void {
  let left = steps;
  const timer = setInterval(() => {
    left -= 1;
    if (left <= 0) work();
  }, STEP_MS);
  return () => clearInterval(timer);
}
