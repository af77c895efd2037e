import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { sql } from 'drizzle-orm';
import { expect, onTestFinished, test } from 'vitest';
import { isStoreUnavailable } from '../../src/store/faults.ts';
import { openDatabase } from '../../src/store/open.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';

const soon = { withinMs: 20_000 };

/** Leads to the server. While it is deaf, nothing passes that a client sends after its greeting. */
async function openDeafLink(server: PostgresServer) {
  const link = { isDeaf: false, url: '' };
  const listener = createServer((client) => {
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

test('connections given up before they were of any use cost nothing but what waited for them', async () => {
  await using server = await startPostgres();
  const link = await openDeafLink(server);
  await using database = await openDatabase({ kind: 'postgres', url: link.url, poolSize: 3 }, { isWatched: true });
  const numbers = () => database.rows(sql`select ${sql.param([1, 2])}::int[] as numbers`);
  link.isDeaf = true;
  const waiting = await Promise.allSettled([numbers(), numbers(), numbers()]);
  for (const answer of waiting) expect(answer).toMatchObject({ status: 'rejected' });
  for (const answer of waiting) expect('reason' in answer && answer.reason).toSatisfy(isStoreUnavailable);
  link.isDeaf = false;
  await waitFor(() => database.trouble === null, { ...soon, what: 'the store to be back' });
  expect(await numbers()).toEqual([{ numbers: [1, 2] }]);
});
