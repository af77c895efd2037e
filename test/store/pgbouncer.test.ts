import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/engine/open.ts';
import { countEvents } from '../../src/store/queries/events.ts';
import { newBuyer, reservationIn } from '../api/buyer.ts';
import { offer } from '../api/venue.ts';
import { databaseName, onServer } from '../support/create-database.ts';
import { startNode } from '../support/node.ts';
import { type Pgbouncer, type PgbouncerSettings, startPgbouncer } from '../support/pgbouncer.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { recordTelemetry } from '../telemetry/recorder.ts';
import { createSampleEvent } from './sample-event.ts';

let server: PostgresServer;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server?.[Symbol.asyncDispose]());

/** A new empty database behind the pooler. */
async function emptyBehind(pooler: Pgbouncer): Promise<string> {
  return pooler.url(databaseName(await server.createDatabase()));
}

async function sessionLocks(): Promise<number> {
  return onServer(server.url('postgres'), async (admin) => {
    const [row] = await admin`select count(*)::int as count from pg_locks where locktype = 'advisory'`;
    return Number(row?.count);
  });
}

const passesSettings =
  'ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout,holdfast.arrived,search_path';

describe.each<PgbouncerSettings>([
  { mode: 'session' },
  { mode: 'transaction' },
  { mode: 'transaction', more: [passesSettings, 'default_pool_size = 2'] },
])('behind PgBouncer %j', (settings) => {
  let pooler: Pgbouncer;
  beforeAll(async () => {
    pooler = await startPgbouncer(server, settings);
  });
  afterAll(() => pooler?.[Symbol.asyncDispose]());

  test('a node migrates, sells, gets each change once, and leaves no lock behind', { timeout: 90_000 }, async () => {
    const url = await emptyBehind(pooler);
    await using node = await startNode({ env: { DATABASE_URL: url, DATABASE_POOL_SIZE: '4' } });
    const sale = await offer(node, { seats: 40 });
    const buyers = await Promise.all(Array.from({ length: 10 }, () => newBuyer()));
    const answers = await Promise.all(buyers.map((buyer, at) => buyer.reserve(node, sale, [at, at + 20])));
    for (const answer of answers) reservationIn(answer);
    expect(await sessionLocks()).toBe(0);
  });

  test('a transaction has a time limit', async () => {
    await using database = await openDatabase({ kind: 'postgres', url: await emptyBehind(pooler), poolSize: 2 });
    const limits = sql`select current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle`;
    expect(await database.pipeline([limits, limits])).toEqual([
      [{ statement: '15s', idle: '5s' }],
      [{ statement: '15s', idle: '5s' }],
    ]);
    expect(await database.transaction(({ rows }) => rows(limits))).toEqual([{ statement: '15s', idle: '5s' }]);
  });

  test('several nodes migrate at once, and one does the work', async () => {
    const url = await emptyBehind(pooler);
    const nodes = await Promise.all([1, 2, 3].map(() => openDatabase({ kind: 'postgres', url, poolSize: 1 })));
    const applied = await Promise.all(nodes.map((node) => node.migrate()));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    await Promise.all(nodes.map((node) => createSampleEvent(node, 1)));
    expect(await Promise.all(nodes.map(countEvents))).toEqual([3, 3, 3]);
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
    expect(await sessionLocks()).toBe(0);
  });

  test("a schema parameter that the pooler drops is refused, and the role's setting is used", async () => {
    const [refused, url] = [await emptyBehind(pooler), await emptyBehind(pooler)];
    for (const query of ['?schema=tickets', '?options=-c%20search_path%3Dtickets'])
      await expect(openDatabase({ kind: 'postgres', url: `${refused}${query}`, poolSize: 1 })).rejects.toThrow(
        /a pooler keeps search_path=tickets .*alter role … set search_path = tickets/,
      );
    await onServer(server.url(databaseName(url)), (admin) =>
      admin.unsafe(`alter role postgres in database ${databaseName(url)} set search_path = tickets`),
    );
    await using database = await openDatabase({ kind: 'postgres', url: `${url}?schema=tickets`, poolSize: 1 });
    await database.migrate();
    expect(await database.rows(sql`select to_regclass('tickets.events') is not null as made`)).toEqual([
      { made: true },
    ]);
  });

  test('the log has one line about the pooler', async () => {
    const { telemetry, said } = recordTelemetry();
    const url = await emptyBehind(pooler);
    await using _ = await openDatabase({ kind: 'postgres', url, poolSize: 2 }, { telemetry });
    expect(said('store:warned')).toEqual([
      [expect.stringMatching(/^Postgres is behind a pooler .*prepare=true.*statement_timeout = '15s'$/)],
    ]);
  });
});

test('statement mode is refused', async () => {
  await using pooler = await startPgbouncer(server, { mode: 'statement' });
  const url = await emptyBehind(pooler);
  const opening = openDatabase({ kind: 'postgres', url, poolSize: 1 });
  await expect(opening).rejects.toThrow(/CONNECTION_CLOSED .*; .*set its pool_mode to transaction or session/);
});

test('a pooler without its Postgres causes a message of one line, soon', async () => {
  const gone = await startPostgres();
  await using pooler = await startPgbouncer(gone, { mode: 'transaction' });
  await gone[Symbol.asyncDispose]();
  const opening = openDatabase({ kind: 'postgres', url: pooler.url('shop'), poolSize: 1 });
  const error = await opening.catch((thrown: unknown) => thrown);
  expect(String(error)).toMatch(/the database cannot be (reached|used): .*shop at 127.0.0.1:\d+\)$/);
});
