import { join } from 'node:path';
import postgres, { type Sql } from 'postgres';
import type { Closing } from '../../src/closing.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { startRedis } from '../../test/support/redis.ts';
import { Child } from '../child-process.ts';
import { openEvent } from '../event.ts';
import { jwtSecret, tokenFor } from '../tokens.ts';
import type { FloorServer } from './floor-server.ts';
import type { HoldfastServer } from './holdfast-server.ts';
import type { Load } from './load.ts';
import type { FlashSaleOptions } from './options.ts';
import { Statements } from './statements.ts';
import type { TextbookServer } from './textbook-server.ts';

/** Of Holdfast by default, and so of the textbook's. */
const POOL_SIZE = 10;

/** What is acknowledged is on disk. */
const durable = [
  'fsync=on',
  'synchronous_commit=on',
  'shared_preload_libraries=pg_stat_statements',
  'pg_stat_statements.track_utility=off',
];

const production = { NODE_ENV: 'production' };

/** What is measured: in a process of its own, or in several. */
export interface Server {
  /** Of each of its processes. */
  readonly urls: readonly string[];
  /** Used by all of them so far. */
  cpuMicros(): Promise<number>;
  /** Profiles the work, to a file named for the arm, where that is wanted. */
  profiled<Result>(arm: string, work: () => Promise<Result>): Promise<Result>;
}

/** Everything that runs. */
export interface Stage {
  readonly options: FlashSaleOptions;
  readonly holdfast: Server;
  readonly floor: Server;
  readonly textbook: Server;
  readonly load: Child<Load>;
  /** Where the store is. */
  readonly sql: Sql;
  readonly statements: Statements;
  /** A new event on sale. Gives its id. */
  openEvent(seats: number): Promise<string>;
}

export async function openStage(options: FlashSaleOptions, closing: Closing): Promise<Stage> {
  const database = closing.add(await startPostgres(durable));
  const redis = closing.add(await startRedis());
  const databaseUrl = await database.createDatabase();
  const sql = connect(databaseUrl, closing);
  const statements = await Statements.open(
    connect(database.url('postgres'), closing),
    new URL(databaseUrl).pathname.slice(1),
  );
  const stores = { databaseUrl, redisUrl: redis.url };
  const holdfast = await startHoldfast(stores, options, closing);
  const floor = closing.add(new Child<FloorServer>(new URL('./floor-server.ts', import.meta.url), [], production));
  const textbook = closing.add(
    new Child<TextbookServer>(new URL('./textbook-server.ts', import.meta.url), [], production),
  );
  const organizer = await tokenFor('the organizer', ['ORGANIZER']);
  return {
    options,
    holdfast,
    floor: unprofiled(floor, await floor.ask('open')),
    textbook: unprofiled(textbook, await textbook.ask('open', { ...stores, poolSize: POOL_SIZE })),
    load: closing.add(new Child<Load>(new URL('./load.ts', import.meta.url), [], production)),
    sql,
    statements,
    openEvent: (seats) => openEvent(holdfast.urls[0] ?? '', organizer, { name: 'Flash sale', seats }),
  };
}

function connect(url: string, closing: Closing): Sql {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  closing.defer(() => sql.end());
  return sql;
}

async function startHoldfast(
  { databaseUrl, redisUrl }: { readonly databaseUrl: string; readonly redisUrl: string },
  { nodes, profile }: FlashSaleOptions,
  closing: Closing,
): Promise<Server> {
  const children = Array.from({ length: nodes }, () =>
    closing.add(new Child<HoldfastServer>(new URL('./holdfast-server.ts', import.meta.url), [], production)),
  );
  const settings = {
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: String(POOL_SIZE),
    REDIS_URL: redisUrl,
    JWT_SECRET: jwtSecret,
  };
  const urls = await Promise.all(children.map((child) => child.ask('open', settings)));
  return {
    urls,
    async cpuMicros() {
      const used = await Promise.all(children.map((child) => child.ask('cpuMicros')));
      return used.reduce((sum, micros) => sum + micros, 0);
    },
    async profiled(arm, work) {
      const [first] = children;
      if (profile === undefined || first === undefined) return work();
      await first.ask('startProfile');
      const result = await work();
      await first.ask('stopProfile', join(profile, `${arm}.cpuprofile`));
      return result;
    },
  };
}

function unprofiled(child: Child<Pick<FloorServer, 'cpuMicros'>>, url: string): Server {
  return { urls: [url], cpuMicros: () => child.ask('cpuMicros'), profiled: (_, work) => work() };
}
