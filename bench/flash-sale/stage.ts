import postgres, { type Sql } from 'postgres';
import type { AsyncStack } from '../../src/async-stack.ts';
import { SeatsDocument } from '../../src/client/generated/documents.ts';
import { dataOf } from '../../test/support/graphql.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { startRedis } from '../../test/support/redis.ts';
import { Child } from '../child-process.ts';
import { openEvent } from '../event.ts';
import { jwtSecret, tokenFor } from '../tokens.ts';
import type { FloorServer } from './floor-server.ts';
import type { HoldfastServer } from './holdfast-server.ts';
import { Load } from './load.ts';
import type { FlashSaleOptions } from './options.ts';
import { Statements } from './statements.ts';
import type { TextbookServer } from './textbook-server.ts';

/** Of Holdfast by default, and so of the textbook's. */
export const POOL_SIZE = 10;

/** What is acknowledged is on disk. */
export const durable = [
  'fsync=on',
  'synchronous_commit=on',
  'shared_preload_libraries=pg_stat_statements',
  'pg_stat_statements.track_utility=off',
];

/** As `npm start` has it. */
export const nodeOptions = ['--max-semi-space-size=64'];
export const production = { NODE_ENV: 'production' };

/** What is measured: in a process of its own, or in several. */
export interface Server {
  /** Of each of its processes. */
  readonly urls: readonly string[];
  /** Used by all of them so far. */
  cpuMicros(): Promise<number>;
  /** Of its first process; null for what is not profiled. */
  readonly profiler: Profiler | null;
}

export interface Profiler {
  start(): Promise<void>;
  /** Writes what was seen since the start. */
  stop(path: string): Promise<void>;
}

/** Everything that runs. */
export interface Stage {
  readonly options: FlashSaleOptions;
  readonly holdfast: Server;
  readonly floor: Server;
  readonly textbook: Server;
  readonly load: Load;
  /** Where the store is. */
  readonly sql: Sql;
  readonly statements: Statements;
  /** A new event on sale. Gives its id. */
  openEvent(seats: number): Promise<string>;
  /** Has each of Holdfast's nodes show the event, as to people who choose their seats before sales open. */
  showEvent(eventId: string): Promise<void>;
}

export async function openStage(options: FlashSaleOptions, resources: AsyncStack): Promise<Stage> {
  const database = resources.use(await startPostgres(durable));
  const redis = resources.use(await startRedis());
  const databaseUrl = await database.createDatabase();
  const sql = connect(databaseUrl, resources);
  const statements = await Statements.open(
    connect(database.url('postgres'), resources),
    new URL(databaseUrl).pathname.slice(1),
  );
  const stores = { databaseUrl, redisUrl: redis.url };
  const holdfast = await startHoldfast(stores, options, resources);
  const floor = resources.use(
    new Child<FloorServer>(new URL('./floor-server.ts', import.meta.url), nodeOptions, production),
  );
  const textbook = resources.use(
    new Child<TextbookServer>(new URL('./textbook-server.ts', import.meta.url), nodeOptions, production),
  );
  const organizer = await tokenFor('the organizer', ['ORGANIZER']);
  return {
    options,
    holdfast,
    floor: unprofiledServer(floor, await floor.ask('open')),
    textbook: unprofiledServer(textbook, await textbook.ask('open', { ...stores, poolSize: POOL_SIZE })),
    load: new Load(resources),
    sql,
    statements,
    openEvent: (seats) => openEvent(holdfast.urls[0] ?? '', organizer, { name: 'Flash sale', seats }),
    async showEvent(eventId) {
      for (const url of holdfast.urls) await dataOf(url, SeatsDocument, { eventId, first: 1 });
    },
  };
}

export function connect(url: string, resources: AsyncStack): Sql {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  resources.defer(() => sql.end());
  return sql;
}

/** Its nodes, each in a process of its own. */
export async function startHoldfast(
  { databaseUrl, redisUrl }: { readonly databaseUrl: string; readonly redisUrl: string },
  { nodes }: Pick<FlashSaleOptions, 'nodes'>,
  resources: AsyncStack,
): Promise<Server> {
  const children = Array.from({ length: nodes }, () =>
    resources.use(new Child<HoldfastServer>(new URL('./holdfast-server.ts', import.meta.url), nodeOptions, production)),
  );
  const settings = {
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: String(POOL_SIZE),
    REDIS_URL: redisUrl,
    JWT_SECRET: jwtSecret,
    MAX_CONNECTIONS_PER_ADDRESS: '0',
  };
  const urls = await Promise.all(children.map((child) => child.ask('open', settings)));
  const [first = null] = children;
  return {
    urls,
    async cpuMicros() {
      const used = await Promise.all(children.map((child) => child.ask('cpuMicros')));
      return used.reduce((sum, micros) => sum + micros, 0);
    },
    profiler: first && {
      start: () => first.ask('startProfile'),
      stop: (path) => first.ask('stopProfile', path),
    },
  };
}

export function unprofiledServer(child: Child<Pick<FloorServer, 'cpuMicros'>>, url: string): Server {
  return { urls: [url], cpuMicros: () => child.ask('cpuMicros'), profiler: null };
}
