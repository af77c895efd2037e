import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { expect, onTestFinished, test } from 'vitest';
import { parsePostgresUrl } from '../../src/config/postgres-url.ts';
import { isStoreUnavailable } from '../../src/store/engine/faults.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { connectTo } from '../../src/store/engine/postgres-connection.ts';
import { findServer } from '../../src/store/engine/postgres-look.ts';
import { onServer } from '../support/create-database.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';

const soon = { withinMs: 20_000 };

/** A proxy to the server. While it is deaf, it drops what clients send after their first message. */
async function openDeafLink(server: PostgresServer) {
  const link = { isDeaf: false, url: '', clients: [] as Socket[] };
  const listener = createServer((client) => {
    link.clients.push(client);
    const target = connect(server.port, '127.0.0.1');
    let isGreeted = false;
    client.on('data', (data) => {
      if (!(isGreeted && link.isDeaf)) target.write(data);
      isGreeted = true;
    });
    target.on('data', (data) => client.write(data));
    for (const [end, other] of [
      [client, target],
      [target, client],
    ] as const) {
      end.on('error', () => {});
      end.on('close', () => other.destroy());
    }
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(() => void listener.close());
  const url = new URL(server.url('postgres'));
  url.port = String((listener.address() as AddressInfo).port);
  link.url = url.href;
  return link;
}

test('connections that are given up while they are opened affect only statements that wait for them', async () => {
  await using server = await startPostgres();
  const link = await openDeafLink(server);
  await using database = await openDatabase({ kind: 'postgres', url: link.url, poolSize: 3 }, { checksHealth: true });
  const numbers = () => database.rows(sql`select ${sql.param([1, 2])}::int[] as numbers`);
  link.isDeaf = true;
  const waiting = await Promise.allSettled([numbers(), numbers(), numbers()]);
  for (const answer of waiting) expect(answer).toMatchObject({ status: 'rejected' });
  for (const answer of waiting) expect('reason' in answer && answer.reason).toSatisfy(isStoreUnavailable);
  link.isDeaf = false;
  await waitFor(() => database.fault === null, { ...soon, what: 'the store to be back' });
  expect(await numbers()).toEqual([{ numbers: [1, 2] }]);
});

test('a client that ends does not connect again for waiting statements, and closes pending connections', async () => {
  await using server = await startPostgres();
  const link = await openDeafLink(server);
  const { place } = await findServer(parsePostgresUrl(link.url));
  await waitFor(() => link.clients.every(({ closed }) => closed), { ...soon, what: 'the first look to be over' });
  link.clients.length = 0;

  const client = connectTo(place, { onclose: () => void client.end({ timeout: 0 }) });
  const first = client.begin((transaction) => transaction`select pg_sleep(20)`);
  const asleep = () =>
    onServer(server.url('postgres'), (sql) => sql`select from pg_stat_activity where wait_event = 'PgSleep'`);
  await waitFor(async () => (await asleep()).length === 1, { ...soon, what: 'the statement to run' });
  const second = client`select 1`.execute();
  // When a connection fails and others are closed, postgres.js pauses before it retries.
  link.clients[0]?.resetAndDestroy();
  expect(await Promise.allSettled([first, second])).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);

  const given = connectTo(place, {});
  const third = given`select 1`.execute();
  await sleep(1);
  await given.end({ timeout: 0 });
  await expect(third).rejects.toThrow('CONNECTION_DESTROYED');

  await sleep(500);
  expect(link.clients.filter(({ closed }) => !closed).length).toBe(0);
});
