import postgres from 'postgres';
import { type PostgresServer, parsePostgresUrl } from '../../config/postgres-url.ts';
import type { Telemetry } from '../../telemetry/happenings.ts';
import type { Probed } from './database.ts';
import { isConnectionLost } from './faults.ts';
import { connectTo, type PostgresPlace, readSettings, sessionSettings } from './postgres-connection.ts';
import { lookFor, type PostgresFound } from './postgres-look.ts';

/** What was sent before a connection is renewed may take as long as it may on any. */
const LEAVE_TIMEOUT_SECONDS = Number(sessionSettings.statement_timeout) / 1000;
/** Whoever closes has let everything end; but postgres.js also waits for statements that ended with their connection. */
export const CLOSE_TIMEOUT_SECONDS = 1;
/** A probe waits in steps of it. */
const STEP_MS = 50;
/** Of ten connections three are for reads; there is one for each at least. */
const SHARE_OF_READS = 0.3;

export interface PoolOptions {
  readonly url: string;
  /** Connections for writes and reads together. */
  readonly poolSize: number;
  readonly telemetry: Telemetry;
}

/** Connections to Postgres, each of which is replaced by itself. */
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
    const found = await lookFor(parsePostgresUrl(url));
    if (!found.place.takesSettings) telemetry.emit('store:warned', aboutPoolers(found));
    return new PostgresPool(poolSize, found);
  }

  get place(): PostgresPlace {
    return this.#place;
  }

  /** Whether each transaction has to set its own time limits, as the sessions of a pooler have none. */
  get needsTimeLimits(): boolean {
    return !this.#found.hasTimeLimit;
  }

  /** Makes new connections as they are needed, and lets what is under way on the old ones end. */
  renew(): void {
    for (const client of [...this.writes, ...this.reads]) client.replace(LEAVE_TIMEOUT_SECONDS);
  }

  /** Makes new connections as they are needed, and gives up the old ones: what waits on them rejects. */
  reset(): void {
    for (const client of [...this.writes, ...this.reads]) client.replace(0);
  }

  /** Asks all servers, and goes to another if that takes writes and this one does not. */
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
 * One connection, made when it is needed. As soon as it has closed, another takes its place: postgres.js would open it again after
 * up to 20 s, and never if it was written to while it closed. Each has a postgres.js of its own, so that the end of one is
 * nothing to the others.
 */
export class PostgresClient implements AsyncDisposable {
  readonly #connect: (onclose: () => void) => postgres.Sql;
  #sql: postgres.Sql;
  #isClosing = false;

  constructor(connect: (onclose: () => void) => postgres.Sql) {
    this.#connect = connect;
    this.#sql = this.#open();
  }

  /** Of this moment: not to be kept. */
  get sql(): postgres.Sql {
    return this.#sql;
  }

  /** Takes another connection from now on. What is under way on the old one may take so long; then it rejects. */
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
      // A statement that was sent as the connection failed is forgotten by postgres.js, and rejects by its end only.
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

/** What a new connection finds, and where. */
interface ProbedServer extends Probed {
  readonly server: PostgresServer;
}

/**
 * Asks every server over a connection of its own: gives this one if it takes writes, or else another that does, or else one that
 * answers. An error that Postgres itself gives is an answer too, unless it is that it cannot serve at all. Rejects if none can be
 * reached, or gives an answer in time.
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

/** In steps, as a long turn of this process' event loop is no silence of the store, whose answer may be lying in the socket. Returns how to stop. */
function afterSteps(steps: number, work: () => void): () => void {
  let left = steps;
  const timer = setInterval(() => {
    left -= 1;
    if (left <= 0) work();
  }, STEP_MS);
  return () => clearInterval(timer);
}
