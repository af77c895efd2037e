import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { pauseAfter } from '../../src/cli/workers.ts';
import { ServerProcess } from '../api/server-process.ts';
import { offer, reserve } from '../api/venue.ts';
import { type SeatMapWatch, watchSeatMap } from '../api/watching.ts';
import { createDatabase, databaseName, onServer } from '../support/create-database.ts';
import { createTestDatabase } from '../support/database.ts';
import { nodeEnv, tokenFor } from '../support/node.ts';
import { processTree } from '../support/process-tree.ts';
import { type TestRedis, testRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { severalProcesses } from './command-line.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await testRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

const soon = { withinMs: 30_000 };
const stopped = { code: 0, signal: null };

/** Two workers by default. */
function serve(databaseUrl: string, env: NodeJS.ProcessEnv = {}): ServerProcess {
  const shared = { DATABASE_URL: databaseUrl, REDIS_URL: redis.url, WORKERS: '2' };
  return ServerProcess.serve({ cwd: tmpdir(), env: { ...nodeEnv, ...shared, ...env } });
}

function workersOf(server: ServerProcess): readonly number[] {
  return processTree(server.pid).slice(1);
}

async function expectGone(pids: readonly number[]): Promise<void> {
  await waitFor(() => !pids.some(isRunning), { ...soon, what: 'the processes to be gone' });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Uses a new connection, because connections are distributed among workers. */
async function readyz(graphqlUrl: string): Promise<unknown> {
  const request = get(new URL('/readyz', graphqlUrl), { agent: false, signal: AbortSignal.timeout(10_000) });
  const [response] = await once(request, 'response');
  return JSON.parse(await text(response));
}
const ready = { ready: true, level: 'NORMAL', since: expect.any(String), reasons: [] };

describe('two workers on one port', severalProcesses, () => {
  test('share its connections, notify each other of reservations, and stop together', async () => {
    await using database = await createTestDatabase();
    await using server = serve(database.url, { LOG_LEVEL: 'trace' });
    const graphqlUrl = await server.ready();
    expect(server.output).toContain(`"Holdfast is ready: ${graphqlUrl} (HTTP and websockets, 2 workers)"`);
    expect(server.output.match(/Holdfast is ready/g)).toHaveLength(1);
    const workers = workersOf(server);
    expect(workers).toHaveLength(2);

    const hamlet = await offer({ graphqlUrl });
    const watches: SeatMapWatch[] = [];
    const watching = (worker: number) =>
      new RegExp(`"worker":${worker},.*executed for every subscriber`).test(server.output);
    const onBoth = async () => {
      watches.push(await watchSeatMap({ graphqlUrl }, hamlet));
      return watching(1) && watching(2);
    };
    await waitFor(onBoth, { ...soon, what: 'each worker to have a subscription' });
    // Subscribers of both workers get reservations of either.
    const fromMs = Date.now();
    await reserve({ graphqlUrl }, hamlet, [3], await tokenFor('a buyer'));
    await Promise.all(watches.map((watch) => watch.told(3, 'RESERVED', { fromMs, ...soon })));

    server.signal('SIGTERM');
    expect(await server.ended({ withinMs: 20_000 })).toEqual(stopped);
    expect(server.output.match(/"SIGTERM: stopping/g)).toHaveLength(1);
    expect(server.output.match(/"stopped"/g)).toHaveLength(1);
    await expectGone(workers);
    await Promise.all(watches.map((watch) => watch[Symbol.asyncDispose]()));
  });

  test('a killed worker is replaced after growing pauses, while the other answers', async () => {
    await using database = await createTestDatabase();
    await using server = serve(database.url);
    const graphqlUrl = await server.ready();
    const [mortal, survivor] = workersOf(server);
    let next = mortal;
    for (const [pause, successor] of [
      ['1 s', 3],
      ['2 s', 4],
    ] as const) {
      process.kill(next ?? Number.NaN, 'SIGKILL');
      await server.said(new RegExp(`(worker \\d is gone \\(SIGKILL\\): another follows in ${pause})`), soon);
      const replaced = async () => {
        expect(await readyz(graphqlUrl)).toEqual(ready);
        return server.output.includes(`worker ${successor} is ready: ${graphqlUrl}`);
      };
      await waitFor(replaced, { ...soon, what: 'another worker' });
      next = workersOf(server).find((pid) => pid !== survivor);
    }
    process.kill(survivor ?? Number.NaN, 'SIGKILL');
    await server.said(/worker 5 is (ready)/, soon);
    for (let connection = 1; connection <= 4; connection += 1) expect(await readyz(graphqlUrl)).toEqual(ready);
    server.signal('SIGINT');
    expect(await server.ended({ withinMs: 20_000 })).toEqual(stopped);
  });

  test('stop at once by a second signal that comes later', async () => {
    await using database = await createTestDatabase();
    await using server = serve(database.url);
    await server.ready();
    const workers = workersOf(server);
    for (const pid of workers) process.kill(pid, 'SIGSTOP');
    const ended = server.ended({ withinMs: 20_000 });
    let over = false;
    void ended.finally(() => {
      over = true;
    });
    // Signals within the first second count as one.
    const again = () => {
      server.signal('SIGTERM');
      return over;
    };
    await waitFor(again, { ...soon, what: 'the end' });
    expect(await ended).toEqual({ code: 1, signal: null });
    await expectGone(workers);
  });

  test('do not outlive the process that started them', async () => {
    await using database = await createTestDatabase();
    await using server = serve(database.url);
    await server.ready();
    const workers = workersOf(server);
    server.signal('SIGKILL');
    await server.ended();
    await expectGone(workers);
  });
});

describe("a fault of a worker's start is reported once, and ends the program", severalProcesses, () => {
  async function refusal(databaseUrl: string, env: NodeJS.ProcessEnv) {
    await using server = serve(databaseUrl, env);
    const ended = await server.ended({ withinMs: 60_000 });
    return { ...ended, said: server.output };
  }

  test('a database that cannot be reached', async () => {
    const { code, said } = await refusal('postgres://127.0.0.1:9/holdfast', { WORKERS: '3' });
    expect(code).toBe(1);
    expect(said).toMatch(/^holdfast: the database cannot be reached: .+\n$/);
  });

  test('a port that is taken, before the database is touched', async () => {
    await using other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const url = await createDatabase(inject('postgresUrl'));
    const { code, said } = await refusal(url, { PORT: String((other.address() as AddressInfo).port) });
    expect(code).toBe(1);
    expect(said).toMatch(/^holdfast: listen EADDRINUSE.*set PORT.*\n$/);
    const [tables] = await onServer(
      url,
      (sql) => sql`select count(*)::int as made from pg_namespace where nspname = 'drizzle'`,
    );
    expect(tables?.made).toBe(0);
    await onServer(inject('postgresUrl'), (sql) => sql`drop database ${sql(databaseName(url))}`);
  });
});

test('the pause before a replacement grows with each quick death, up to half a minute', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 7].map(pauseAfter)).toEqual([0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});
