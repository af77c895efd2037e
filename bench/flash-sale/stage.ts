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

/** Holdfast's default, also for the textbook server. */
export const POOL_SIZE = 10;

/** Postgres' settings for durable commits. */
export const durable = [
  'fsync=on',
  'synchronous_commit=on',
  'shared_preload_libraries=pg_stat_statements',
  'pg_stat_statements.track_utility=off',
];

/** Node's options of `npm start`. */
export const nodeOptions = ['--max-semi-space-size=64'];
export const production = { NODE_ENV: 'production' };

/** A measured server, of one or several processes. */
export interface Server {
  /** One for each process. */
  readonly urls: readonly string[];
  /** CPU time of all processes so far. */
  cpuMicros(): Promise<number>;
  /** Profiler of the first process; null if it is not profiled. */
  readonly profiler: Profiler | null;
}

export interface Profiler {
  start(): Promise<void>;
  /** Writes the profile since the start. */
  stop(path: string): Promise<void>;
}

/** Everything that a run needs. */
export interface Stage {
  readonly options: FlashSaleOptions;
  readonly holdfast: Server;
  readonly floor: Server;
  readonly textbook: Server;
  readonly load: Load;
  /** Connection to the store. */
  readonly sql: Sql;
  readonly statements: Statements;
  /** Creates an event and opens its sales. Resolves to its id. */
  openEvent(seats: number): Promise<string>;
  /** Opens the event's map on each of Holdfast's nodes, as viewers do before sales open. */
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

/** Starts nodes, each in a process of its own. */
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
