import { randomUUID } from 'node:crypto';
import type { AsyncStack } from '../../src/async-stack.ts';
import { SeatsDocument } from '../../src/client/generated/documents.ts';
import { encodeEventId } from '../../src/graphql/ids.ts';
import { dataOf } from '../../test/support/graphql.ts';
import type { PostgresServer } from '../../test/support/postgres.ts';
import type { RedisServer } from '../../test/support/redis.ts';
import { Child } from '../child-process.ts';
import { openEvent } from '../event.ts';
import type { FloorServer } from '../flash-sale/floor-server.ts';
import { connect, nodeOptions, POOL_SIZE, production, startHoldfast } from '../flash-sale/stage.ts';
import { tokenFor } from '../tokens.ts';
import { type ContenderName, contenderNames, type SchemeName, type SchemesOptions } from './options.ts';
import type { SchemeServer } from './scheme-server.ts';
import { addSeats, createTables } from './tables.ts';

/** Each hold of the long row lock needs a connection: Postgres' default maximum, less its reserved ones. */
const LOCKING_POOL_SIZE = 90;

export interface Stores {
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
}

/** Duration of a hold, and after how long it is paid for, if ever. */
export interface HoldTimes {
  readonly holdSeconds: number;
  readonly payingMs: number | null;
}

/** A measured server, with a database of its own. */
export interface Contender {
  readonly name: ContenderName;
  readonly url: string;
  /** Null if it stores nothing. */
  readonly databaseUrl: string | null;
  /** CPU time so far. */
  cpuMicros(): Promise<number>;
  /** Resolves when all granted holds are written. */
  settled(): Promise<unknown>;
  /** Creates an event with at least this many seats. Resolves to its id. */
  openEvent(seats: number): Promise<string>;
}

/** Those in `only`, or all. */
export async function openContenders(
  stores: Stores,
  options: SchemesOptions,
  times: HoldTimes,
  resources: AsyncStack,
): Promise<Contender[]> {
  const contenders: Contender[] = [];
  for (const name of contenderNames) {
    if (options.only.length > 0 && !options.only.includes(name)) continue;
    if (name === 'floor') contenders.push(await openFloor(resources));
    else if (name === 'holdfast') contenders.push(await openHoldfast(stores, times, resources));
    else contenders.push(await openScheme(name, stores, options, times, resources));
  }
  return contenders;
}

async function openScheme(
  name: SchemeName,
  { postgres, redis }: Stores,
  { cronSeconds, asNamed = false }: SchemesOptions,
  { holdSeconds, payingMs }: HoldTimes,
  resources: AsyncStack,
): Promise<Contender> {
  const databaseUrl = await postgres.createDatabase();
  const sql = connect(databaseUrl, resources);
  await createTables(sql);
  const module = new URL('./scheme-server.ts', import.meta.url);
  const child = resources.use(new Child<SchemeServer>(module, nodeOptions, production));
  const url = await child.ask('open', {
    name,
    asNamed,
    databaseUrl,
    redisUrl: redis.url,
    poolSize: name === 'long-row-lock' ? LOCKING_POOL_SIZE : POOL_SIZE,
    holdMs: holdSeconds * 1000,
    payingMs,
    cronMs: cronSeconds * 1000,
  });
  return {
    name,
    url,
    databaseUrl,
    cpuMicros: () => child.ask('cpuMicros'),
    settled: () => child.ask('settled'),
    async openEvent(seats) {
      const uuid = randomUUID();
      await addSeats(sql, uuid, seats);
      return encodeEventId(uuid);
    },
  };
}

async function openHoldfast(
  { postgres, redis }: Stores,
  { holdSeconds }: HoldTimes,
  resources: AsyncStack,
): Promise<Contender> {
  const databaseUrl = await postgres.createDatabase();
  const { urls, cpuMicros } = await startHoldfast({ databaseUrl, redisUrl: redis.url }, { nodes: 1 }, resources);
  const [url = ''] = urls;
  const organizer = await tokenFor('the organizer', ['ORGANIZER']);
  return {
    name: 'holdfast',
    url,
    databaseUrl,
    cpuMicros,
    async settled() {},
    async openEvent(seats) {
      const eventId = await openEvent(url, organizer, { name: 'Schemes', seats, reservationSeconds: holdSeconds });
      // Opens the event's map, as viewers do before sales open.
      await dataOf(url, SeatsDocument, { eventId, first: 1 });
      return eventId;
    },
  };
}

/** Refuses every request without doing anything else. */
async function openFloor(resources: AsyncStack): Promise<Contender> {
  const module = new URL('../flash-sale/floor-server.ts', import.meta.url);
  const child = resources.use(new Child<FloorServer>(module, nodeOptions, production));
  return {
    name: 'floor',
    url: await child.ask('open'),
    databaseUrl: null,
    cpuMicros: () => child.ask('cpuMicros'),
    async settled() {},
    openEvent: async () => encodeEventId(randomUUID()),
  };
}
