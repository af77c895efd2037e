import { expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { Balancer } from '../support/balancer.ts';
import { databaseName, onServer } from '../support/create-database.ts';
import { startNode } from '../support/node.ts';
import { type PostgresServer, serverUser, startPostgres, startReplica } from '../support/postgres.ts';
import { SmallDisk } from '../support/small-disk.ts';
import { waitFor } from '../support/wait-for.ts';
import { print } from './figures.ts';
import { type Answer, countKinds, expectNothingLost, isSale, Rush } from './rush.ts';
import { storedStatuses } from './store-view.ts';
import { type Offer, offer } from './venue.ts';

const seats = 5_000;
const soon = { withinMs: 15_000 };
/** Two seconds after the store is back are promised. The rest is for a busy machine. */
const backWithinMs = 10_000;

interface Stage extends AsyncDisposable {
  readonly store: PostgresServer;
  readonly databaseUrl: string;
  readonly node: App;
  readonly sale: Offer;
  readonly rush: Rush;
  /** The store's URL for the node. */
  readonly address: Balancer;
}

/**
 * A node on its own Postgres, with sales in progress.
 * @param folder of the database, if not the default
 */
async function openStage(env: NodeJS.ProcessEnv = {}, folder?: string): Promise<Stage> {
  const store = await startPostgres();
  const databaseUrl = await store.createDatabase();
  if (folder !== undefined) await moveDatabase(store, databaseUrl, folder);
  const address = await Balancer.open([store.port]);
  const node = await startNode({ env: { DATABASE_URL: at(address.port, databaseUrl), ...env } });
  const sale = await offer(node, { seats });
  const rush = new Rush({ graphqlUrl: () => node.graphqlUrl, sale, buyers: 8, bookEvery: 3, pauseMs: 50 });
  await waitFor(() => rush.booked.size > 20, { ...soon, what: 'sales' });
  return {
    store,
    databaseUrl,
    node,
    sale,
    rush,
    address,
    [Symbol.asyncDispose]: async () => {
      await rush[Symbol.asyncDispose]();
      await node[Symbol.asyncDispose]();
      await address[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
}

async function moveDatabase(store: PostgresServer, databaseUrl: string, folder: string): Promise<void> {
  await onServer(store.url('postgres'), async (sql) => {
    await sql.unsafe(`create tablespace elsewhere location '${folder}'`);
    await sql`alter database ${sql(databaseName(databaseUrl))} set tablespace elsewhere`;
  });
}

function at(port: number, databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.port = String(port);
  return url.href;
}

async function readyz({ url }: App) {
  return (await (await fetch(`${url}/readyz`)).json()) as { ready: boolean; level: string; reasons: string[] };
}

function untilBusy({ rush }: Stage, fromMs: number): Promise<Answer> {
  const isTold = ({ kind, atMs }: Answer) => kind === 'ServiceBusy' && atMs > fromMs;
  return waitFor(() => rush.answers.find(isTold), { ...soon, what: 'buyers to be told' });
}

/** Expects sales to continue within the bound, all answers to be kept, and no other error than a busy service. */
async function expectSalesToGoOn({ rush, sale, node }: Stage, fault: string, databaseUrl: string): Promise<void> {
  const from = performance.now();
  const isLater = (answer: Answer) => isSale(answer) && answer.atMs > from;
  const { atMs } = await waitFor(() => rush.answers.find(isLater), { withinMs: backWithinMs, what: 'sales to go on' });
  print(
    `${fault}: sales went on ${Math.round(atMs - from)} ms after; answers ${JSON.stringify(countKinds(rush.answers))}`,
  );
  await waitFor(() => rush.between(from, Number.POSITIVE_INFINITY).length > 50, { ...soon, what: 'more sales' });
  await rush.stop();
  await expectNothingLost(rush, sale, { graphqlUrl: node.graphqlUrl, databaseUrl });
}

test('a restart of Postgres', async () => {
  await using stage = await openStage();
  const from = performance.now();
  await stage.store.stop();
  await untilBusy(stage, from);
  await stage.store.start();
  await expectSalesToGoOn(stage, 'restarted', stage.databaseUrl);
});

test('a failover to a replica behind the same URL', async () => {
  await using stage = await openStage();
  await using replica = await startReplica(stage.store);
  const databaseUrl = at(replica.port, stage.databaseUrl);
  await inStep(replica);
  const from = performance.now();
  await stage.store.kill();
  stage.address.ports = [replica.port];
  await untilBusy(stage, from);
  await onServer(replica.url('postgres'), (sql) => sql`select pg_promote()`);
  await expectSalesToGoOn(stage, 'failed over', databaseUrl);
});

test('a switchover that leaves the connections of the node on the old primary, which takes no more writes', async () => {
  await using stage = await openStage();
  await using replica = await startReplica(stage.store);
  const databaseUrl = at(replica.port, stage.databaseUrl);
  await inStep(replica);
  const from = performance.now();
  await onServer(stage.store.url('postgres'), async (sql) => {
    await sql`alter system set default_transaction_read_only = on`;
    await sql`select pg_reload_conf()`;
  });
  await untilBusy(stage, from);
  const reason = 'the store takes no writes: it is read-only';
  const isTold = async () => (await readyz(stage.node)).level === 'CRITICAL';
  await waitFor(isTold, { ...soon, what: 'the level' });
  expect(await readyz(stage.node)).toMatchObject({ ready: true, reasons: [reason] });
  // Reads still work.
  expect(await storedStatuses(stage.node, stage.sale)).toHaveLength(seats);

  await onServer(replica.url('postgres'), async (sql) => {
    await sql`select pg_promote()`;
  });
  stage.address.ports = [replica.port];
  await expectSalesToGoOn(stage, 'switched over', databaseUrl);
});

test('a failure for a full disk', async () => {
  await using stage = await openStage();
  const from = performance.now();
  // Postgres fails in the middle of a statement, after some rows, if a table cannot grow.
  await onServer(stage.databaseUrl, (sql) =>
    sql.unsafe(`
      create function fill() returns trigger language plpgsql as $$
        begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$;
      create trigger full_disk after update on seats for each row when (new.index % 2 = 0) execute function fill()`),
  );
  await untilBusy(stage, from);
  await waitFor(async () => (await readyz(stage.node)).level === 'CRITICAL', { ...soon, what: 'the level' });
  expect(await readyz(stage.node)).toMatchObject({
    ready: true,
    reasons: ['the store takes no writes: its disk is full'],
  });
  await onServer(stage.databaseUrl, (sql) => sql`drop trigger full_disk on seats`);
  await expectSalesToGoOn(stage, 'disk full', stage.databaseUrl);
});

test('a disk that is full', async ({ skip }) => {
  const owner = serverUser();
  await using disk = owner ? await SmallDisk.mount(64, owner) : null;
  if (disk === null) return skip('this process may not mount a disk');
  await using stage = await openStage({}, disk.folder);
  const from = performance.now();
  await disk.fill();
  await untilBusy(stage, from);
  await waitFor(async () => (await readyz(stage.node)).level === 'CRITICAL', { ...soon, what: 'the level' });
  expect((await readyz(stage.node)).reasons).toEqual(['the store takes no writes: its disk is full']);
  await disk.makeRoom();
  await expectSalesToGoOn(stage, 'disk really full', stage.databaseUrl);
});

test('connections that are all taken by statements that hang', async () => {
  await using stage = await openStage({ DATABASE_POOL_SIZE: '2' });
  const from = performance.now();
  await onServer(stage.databaseUrl, (sql) =>
    sql.begin(async (held) => {
      await held`lock table seats in exclusive mode`;
      await untilBusy(stage, from);
      const told = () =>
        stage.rush.between(from, Number.POSITIVE_INFINITY).filter(({ kind }) => kind === 'ServiceBusy');
      await waitFor(() => told().length > 20, { ...soon, what: 'more buyers to be told' });
      // Two writes hang. Those in the queue are refused after 3 s, later ones at once.
      expect(Math.max(...told().map(({ tookMs }) => tookMs))).toBeLessThan(3_000 + 5_000);
    }),
  );
  await expectSalesToGoOn(stage, 'connections taken', stage.databaseUrl);
});

/** Waits until the replica is synchronous: all later commits wait for it. */
async function inStep(replica: PostgresServer): Promise<void> {
  const isStreaming = async () =>
    onServer(replica.url('postgres'), async (sql) => (await sql`select from pg_stat_wal_receiver`).length === 1);
  await waitFor(isStreaming, { ...soon, what: 'the replica to follow' });
}
