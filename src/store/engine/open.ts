import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { CommittedChange } from '../../domain/change.ts';
import { Listeners } from '../../listeners.ts';
import type { Happenings, Telemetry } from '../../telemetry/happenings.ts';
import type { Connection, Database, Engine, Orm, Reads, Session, Statement } from './database.ts';
import type { StoreTrouble } from './faults.ts';
import { StoreSilent } from './faults.ts';
import { HealthCheck } from './health-check.ts';
import { Lender, type Line } from './lines.ts';
import { openPglite } from './pglite.ts';
import { openPostgres } from './postgres.ts';

/** Which engine the store runs on. */
export type DatabaseSettings =
  | { readonly kind: 'embedded'; readonly dataDir: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly poolSize: number };

const MIGRATIONS = { migrationsFolder: fileURLToPath(new URL('../../../drizzle', import.meta.url)) };

/** As many as a store that keeps up gets through in about two seconds, and as long as a statement may take. */
const WRITES = { maxWaiting: 2_000, maxWaitMs: 15_000 };
/** Of the node's own: one for each map at the most. */
const MAP_READS = { maxWaiting: 2_000, maxWaitMs: 15_000 };
/** Whoever waits for a page has given up by then. */
const READS = { maxWaiting: 1_000, maxWaitMs: 5_000 };

export interface OpenOptions {
  /** For a server: a store that does not answer is noticed, and asked nothing until it does. A command waits. */
  readonly isWatched?: boolean;
  readonly telemetry?: Telemetry;
}

export async function openDatabase(
  settings: DatabaseSettings,
  { isWatched = false, telemetry = new EventEmitter() }: OpenOptions = {},
): Promise<Database> {
  switch (settings.kind) {
    case 'embedded':
      return new Store(await openPglite(settings.dataDir, MIGRATIONS), null, telemetry);
    case 'postgres': {
      const engine = await openPostgres({ ...settings, telemetry }, MIGRATIONS);
      return new Store(engine, isWatched ? new HealthCheck(engine) : null, telemetry);
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
  readonly #writeLine: Line<Connection>;
  readonly #mapReadLine: Line<Connection>;
  readonly #readLine: Line<Connection>;

  constructor(engine: Engine, health: HealthCheck | null, telemetry: Telemetry) {
    this.#engine = engine;
    this.#health = health;
    this.#telemetry = telemetry;
    const forWrites = new Lender(engine.writes);
    const forReads = engine.reads === null ? forWrites : new Lender(engine.reads);
    this.#writeLine = forWrites.line(WRITES);
    this.#mapReadLine = forReads.line(MAP_READS);
    this.#readLine = forReads.line(READS);
    this.mapReads = this.#readsOn(this.#mapReadLine);
    this.reads = { ...this.#readsOn(this.#readLine), during: (isOver) => this.#readsOn(this.#readLine, isOver) };
  }

  get trouble(): StoreTrouble | null {
    return this.#health?.trouble ?? this.#writeLine.trouble;
  }

  get readTrouble(): StoreTrouble | null {
    return this.#readLine.trouble ?? this.#mapReadLine.trouble;
  }

  get waiting(): number {
    return this.#writeLine.waiting;
  }

  get readsWaiting(): number {
    return this.#readLine.waiting + this.#mapReadLine.waiting;
  }

  rows<Row>(statement: Statement): Promise<Row[]> {
    return this.#run(this.#writeLine, 'statement', (connection) => connection.rows<Row>(statement));
  }

  query<Result>(build: (orm: Orm) => PromiseLike<Result>): Promise<Result> {
    return this.#run(this.#writeLine, 'statement', (connection) => connection.query(build));
  }

  transaction<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.#run(this.#writeLine, 'transaction', (connection) => connection.transaction(work));
  }

  together(statements: readonly Statement[]): Promise<unknown[][]> {
    return this.#run(this.#writeLine, 'transaction', (connection) => connection.together(statements));
  }

  migrate(): Promise<readonly string[]> {
    return this.#engine.migrate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#health?.[Symbol.dispose]();
    await this.#engine[Symbol.asyncDispose]();
  }

  #readsOn(line: Line<Connection>, isOver?: () => boolean): Session {
    return {
      rows: <Row>(statement: Statement) =>
        this.#run(line, 'read', (connection) => connection.rows<Row>(statement), isOver),
      query: (build) => this.#run(line, 'read', (connection) => connection.query(build), isOver),
    };
  }

  async #run<Result>(
    line: Line<Connection>,
    kind: Kind,
    work: (connection: Connection) => Promise<Result>,
    isOver?: () => boolean,
  ): Promise<Result> {
    if (this.#health?.trouble === 'silent') throw new StoreSilent();
    return line.run((connection) => {
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
