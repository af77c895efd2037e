import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CommittedChange } from '../../domain/change.ts';
import { Listeners } from '../../listeners.ts';
import type { Happenings, Telemetry } from '../../telemetry/happenings.ts';
import { type ConnectionQueue, FreeConnections } from './connection-queue.ts';
import type { Connection, Database, Engine, Orm, Reads, Session, Statement } from './database.ts';
import type { StoreFault } from './faults.ts';
import { StoreUnresponsive } from './faults.ts';
import { HealthCheck } from './health-check.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

/** Which engine the store runs on. */
export type DatabaseSettings =
  | { readonly kind: 'embedded'; readonly dataDir: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly poolSize: number };

const MIGRATIONS = { migrationsFolder: fileURLToPath(new URL('../../../drizzle', import.meta.url)) };

/** A healthy store runs this many in about two seconds. The wait is as long as a statement may take. */
const WRITES = { maxWaiting: 2_000, maxWaitMs: 15_000 };
/** The node's own reads: at most one for each map. */
const MAP_READS = { maxWaiting: 2_000, maxWaitMs: 15_000 };
/** A person who waits for a page has given up by then. */
const READS = { maxWaiting: 1_000, maxWaitMs: 5_000 };

export interface OpenOptions {
  /** For a server: statements are refused at once while the store does not answer. A command waits instead. */
  readonly checksHealth?: boolean;
  readonly telemetry?: Telemetry;
}

export async function openDatabase(
  settings: DatabaseSettings,
  { checksHealth = false, telemetry = new EventEmitter() }: OpenOptions = {},
): Promise<Database> {
  switch (settings.kind) {
    case 'embedded':
      return new Store(await openPglite(settings.dataDir, MIGRATIONS), null, telemetry);
    case 'postgres': {
      const engine = await openPostgres({ ...settings, telemetry }, MIGRATIONS);
      return new Store(engine, checksHealth ? new HealthCheck(engine) : null, telemetry);
    }
  }
}

type Kind = Happenings['store:answered'][0];

class Store implements Database {
  readonly committed = new Listeners<CommittedChange>();
  readonly reads: Reads;
  readonly mapReads: Session;
  readonly #engine: Engine;
  readonly #health: HealthCheck | null;
  readonly #telemetry: Telemetry;
  readonly #writeQueue: ConnectionQueue<Connection>;
  readonly #mapReadQueue: ConnectionQueue<Connection>;
  readonly #readQueue: ConnectionQueue<Connection>;

  constructor(engine: Engine, health: HealthCheck | null, telemetry: Telemetry) {
    this.#engine = engine;
    this.#health = health;
    this.#telemetry = telemetry;
    const forWrites = new FreeConnections(engine.writes);
    const forReads = engine.reads === null ? forWrites : new FreeConnections(engine.reads);
    this.#writeQueue = forWrites.queue(WRITES);
    this.#mapReadQueue = forReads.queue(MAP_READS);
    this.#readQueue = forReads.queue(READS);
    this.mapReads = this.#readsOn(this.#mapReadQueue);
    this.reads = { ...this.#readsOn(this.#readQueue), during: (isOver) => this.#readsOn(this.#readQueue, isOver) };
  }

  get fault(): StoreFault | null {
    return this.#health?.fault ?? this.#writeQueue.fault;
  }

  get readFault(): StoreFault | null {
    return this.#readQueue.fault ?? this.#mapReadQueue.fault;
  }

  get waiting(): number {
    return this.#writeQueue.waiting;
  }

  get readsWaiting(): number {
    return this.#readQueue.waiting + this.#mapReadQueue.waiting;
  }

  rows<Row>(statement: Statement): Promise<Row[]> {
    return this.#run(this.#writeQueue, 'statement', (connection) => connection.rows<Row>(statement));
  }

  query<Result>(build: (orm: Orm) => PromiseLike<Result>): Promise<Result> {
    return this.#run(this.#writeQueue, 'statement', (connection) => connection.query(build));
  }

  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#run(this.#writeQueue, 'transaction', (connection) => connection.transaction(work));
  }

  pipeline(statements: readonly Statement[]): Promise<unknown[][]> {
    return this.#run(this.#writeQueue, 'transaction', (connection) => connection.pipeline(statements));
  }

  migrate(): Promise<readonly string[]> {
    return this.#engine.migrate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#health?.[Symbol.dispose]();
    await this.#engine[Symbol.asyncDispose]();
  }

  #readsOn(queue: ConnectionQueue<Connection>, isOver?: () => boolean): Session {
    return {
      rows: <Row>(statement: Statement) =>
        this.#run(queue, 'read', (connection) => connection.rows<Row>(statement), isOver),
      query: (build) => this.#run(queue, 'read', (connection) => connection.query(build), isOver),
    };
  }

  async #run<Result>(
    queue: ConnectionQueue<Connection>,
    kind: Kind,
    work: (connection: Connection) => Promise<Result>,
    isOver?: () => boolean,
  ): Promise<Result> {
    if (this.#health?.fault === 'unresponsive') throw new StoreUnresponsive();
    return queue.run((connection) => {
      const timed = () => this.#timed(kind, () => work(connection));
      return this.#health === null ? timed() : this.#health.run(timed);
    }, isOver);
  }

  async #timed<Result>(kind: Kind, work: () => Promise<Result>): Promise<Result> {
    const sentAtMs = performance.now();
    try {
      return await work();
    } finally {
      this.#telemetry.emit('store:answered', kind, performance.now() - sentAtMs);
    }
  }
}
