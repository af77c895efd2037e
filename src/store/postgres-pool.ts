import type postgres from 'postgres';
import { parsePostgresUrl } from '../config/postgres-url.ts';
import { connectTo, type PostgresPlace, sessionSettings } from './postgres-connection.ts';
import { lookFor, type PostgresFound } from './postgres-look.ts';
import { probe } from './probe.ts';
import type { Probed } from './watched.ts';

/**
 * What is under way on the connections beside one that has closed may take so long. A statement that was sent as its connection
 * failed is forgotten by postgres.js, and rejects only then.
 */
const LEAVE_TIMEOUT_SECONDS = 1;
/** Whoever closes has let everything end; but postgres.js also waits for statements that ended with their connection. */
export const CLOSE_TIMEOUT_SECONDS = 1;

export interface PoolOptions {
  readonly url: string;
  readonly poolSize: number;
  readonly onWarning?: (warning: string) => void;
}

/**
 * Connections to Postgres. As soon as one has closed, all make way for new ones: postgres.js would open that one again after up
 * to 20 s, and never if it was written to while it closed.
 */
export class PostgresPool implements AsyncDisposable {
  readonly #poolSize: number;
  readonly #found: PostgresFound;
  #place: PostgresPlace;
  #client: postgres.Sql;
  #isClosing = false;

  private constructor(poolSize: number, found: PostgresFound) {
    this.#poolSize = poolSize;
    this.#found = found;
    this.#place = found.place;
    this.#client = this.#connect();
  }

  /** Rejects with `StoreUnusable` if no server can be reached, or used. */
  static async open({ url, poolSize, onWarning }: PoolOptions): Promise<PostgresPool> {
    const found = await lookFor(parsePostgresUrl(url));
    if (!found.place.takesSettings) onWarning?.(aboutPoolers(found));
    return new PostgresPool(poolSize, found);
  }

  get place(): PostgresPlace {
    return this.#place;
  }

  /** Whether each transaction has to set its own time limits, as the sessions of a pooler have none. */
  get needsTimeLimits(): boolean {
    return !this.#found.hasTimeLimit;
  }

  /** Of this moment: not to be kept. */
  get client(): postgres.Sql {
    return this.#client;
  }

  /** Makes new connections as they are needed, and lets what is under way on the old ones end. */
  renew(): void {
    this.#replace({ leaveSeconds: LEAVE_TIMEOUT_SECONDS });
  }

  /** Makes new connections as they are needed, and gives up the old ones: what waits on them rejects. */
  reset(): void {
    this.#replace({ leaveSeconds: 0 });
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
    this.#isClosing = true;
    await this.#client.end({ timeout: CLOSE_TIMEOUT_SECONDS });
  }

  #connect(): postgres.Sql {
    const { target, takesSettings } = this.#place;
    const client = connectTo(this.#place, {
      max: this.#poolSize,
      fetch_types: false,
      prepare: target.canPrepare ?? takesSettings,
      session: sessionSettings,
      onclose: () => {
        if (this.#client === client && !this.#isClosing) this.renew();
      },
    });
    Object.assign(client.options.parsers, this.#found.types.parsers);
    Object.assign(client.options.serializers, this.#found.types.serializers);
    return client;
  }

  #replace({ leaveSeconds }: { leaveSeconds: number }): void {
    void this.#client.end({ timeout: leaveSeconds });
    this.#client = this.#connect();
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
