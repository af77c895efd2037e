import postgres from 'postgres';

/** A statement that takes longer is cancelled, so that no request waits for ever. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** A node that stops in the middle of a transaction does not keep its locks. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
export const CONNECT_TIMEOUT_SECONDS = 5;
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
}

/**
 * Connections to Postgres. As soon as one has closed, all make way for new ones: postgres.js would open that one again after up
 * to 20 s, and never if it was written to while it closed.
 */
export class PostgresPool implements AsyncDisposable {
  readonly #options: PoolOptions;
  readonly #types: Types;
  #client: postgres.Sql;
  #isClosing = false;

  private constructor(options: PoolOptions, types: Types) {
    this.#options = options;
    this.#types = types;
    this.#client = this.#connect();
  }

  /** Rejects if the store cannot be reached. */
  static async open(options: PoolOptions): Promise<PostgresPool> {
    return new PostgresPool(options, await fetchTypes(options.url));
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    await this.#client.end({ timeout: CLOSE_TIMEOUT_SECONDS });
  }

  #connect(): postgres.Sql {
    const client = postgres(this.#options.url, {
      max: this.#options.poolSize,
      fetch_types: false,
      connect_timeout: CONNECT_TIMEOUT_SECONDS,
      // One that ends by itself after a while would take the others with it.
      max_lifetime: null,
      onnotice: () => {},
      onclose: () => {
        if (this.#client === client && !this.#isClosing) this.renew();
      },
      connection: {
        application_name: 'holdfast',
        statement_timeout: STATEMENT_TIMEOUT_MS,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      },
    });
    Object.assign(client.options.parsers, this.#types.parsers);
    Object.assign(client.options.serializers, this.#types.serializers);
    return client;
  }

  #replace({ leaveSeconds }: { leaveSeconds: number }): void {
    void this.#client.end({ timeout: leaveSeconds });
    this.#client = this.#connect();
  }
}

/** How values of each type are written and read, arrays among them, which only the server can name. */
type Types = Pick<postgres.Sql['options'], 'parsers' | 'serializers'>;

/**
 * Once for all connections: postgres.js asks on each by itself, and ends the process if such a connection is given up before that
 * is answered.
 */
async function fetchTypes(url: string): Promise<Types> {
  const client = postgres(url, { max: 1, connect_timeout: CONNECT_TIMEOUT_SECONDS, onnotice: () => {} });
  try {
    await client`select 1`;
    return client.options;
  } finally {
    await client.end({ timeout: CLOSE_TIMEOUT_SECONDS });
  }
}
