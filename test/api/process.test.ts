import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  ConfirmReservationDocument,
  EventsDocument,
  MyBookingsDocument,
  MyReservationsDocument,
  SeatMapDocument,
  SeatsDocument,
} from '../../src/client/generated/documents.ts';
import { createDatabase, databaseName, onServer } from '../support/create-database.ts';
import { dataOf, guestToken } from '../support/graphql.ts';
import { tokenFor } from '../support/node.ts';
import { processTree } from '../support/process-tree.ts';
import { waitFor } from '../support/wait-for.ts';
import { ServerProcess } from './server-process.ts';
import { offer, reserve } from './venue.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stopped = { code: 0, signal: null };

/** A new folder for each test, which is also the working directory. */
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-process-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const serve = (env: NodeJS.ProcessEnv = {}) =>
  ServerProcess.serve({ cwd: folder, env: { PORT: '0', DATA_DIR: join(folder, 'data'), ...env } });

/** Tests of other things start with a copy of a database, because creating one takes long. */
let madeBefore: string;
beforeAll(async () => {
  madeBefore = await mkdtemp(join(tmpdir(), 'holdfast-made-'));
  await using server = ServerProcess.serve({ cwd: madeBefore, env: { PORT: '0', DATA_DIR: madeBefore } });
  await server.ready();
  server.signal('SIGTERM');
  await server.ended();
}, 120_000);
afterAll(() => rm(madeBefore, { recursive: true, force: true }));

const useDataMadeBefore = () => cp(madeBefore, join(folder, 'data'), { recursive: true });

/** Without build outputs, and with the same packages. */
async function copyOfRepository(): Promise<string> {
  const copy = join(folder, 'repository');
  const others = ['.git', 'dist', 'node_modules'];
  await cp(root, copy, { recursive: true, filter: (path) => !others.includes(basename(path)) });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

async function demoOf(graphqlUrl: string) {
  const { events } = await dataOf(graphqlUrl, EventsDocument, {});
  const [edge] = events.edges;
  if (edge === undefined) throw new Error('there is no event');
  const { event } = await dataOf(graphqlUrl, SeatsDocument, { eventId: edge.node.id, first: 4 });
  const seatIds = event?.seats.edges.map(({ node: { id } }) => id) ?? [];
  return { ...edge.node, offer: { eventId: edge.node.id, seatIds } };
}

async function bookOne(graphqlUrl: string, token: string): Promise<string> {
  const { id: reservationId } = await reserve({ graphqlUrl }, (await demoOf(graphqlUrl)).offer, [0], token);
  const { confirmReservation } = await dataOf(
    graphqlUrl,
    ConfirmReservationDocument,
    { input: { reservationId } },
    token,
  );
  return confirmReservation.__typename === 'Booking' ? confirmReservation.reference : expect.fail();
}

async function referencesOf(graphqlUrl: string, token: string) {
  const { viewer } = await dataOf(graphqlUrl, MyBookingsDocument, {}, token);
  return viewer?.bookings.edges.map(({ node }) => node.reference);
}

describe('from nothing', { timeout: 180_000 }, () => {
  test('it is ready in 15 s with a demo event on sale, and says where', async () => {
    await using server = serve();
    const graphqlUrl = await server.ready();
    expect(server.processorSeconds()).toBeLessThan(15);
    const demo = await demoOf(graphqlUrl);
    expect(demo.salesStatus).toBe('ON_SALE');
    expect(demo.availability.total).toBeGreaterThanOrEqual(1_000);
    expect(demo.availability.available).toBe(demo.availability.total);
    expect(server.output).toMatch(/signInAsGuest/);
    expect(server.output).toMatch(/explorer/i);
    expect((await reserve({ graphqlUrl }, demo.offer, [1, 2], await guestToken(graphqlUrl))).seats).toHaveLength(2);
    server.signal('SIGTERM');
    expect(await server.ended()).toEqual(stopped);
    expect(server.output).toMatch(/stopped/);
  });

  test.each(['SIGTERM', 'SIGKILL'] as const)('data and tokens survive %s', async (signal) => {
    await useDataMadeBefore();
    await using first = serve();
    const before = await first.ready();
    const token = await guestToken(before);
    const reference = await bookOne(before, token);
    const { id } = await reserve({ graphqlUrl: before }, (await demoOf(before)).offer, [1], token);
    first.signal(signal);
    await first.ended();

    await using second = serve();
    const after = await second.ready();
    expect(await referencesOf(after, token)).toEqual([reference]);
    const { viewer } = await dataOf(after, MyReservationsDocument, { status: ['ACTIVE'] }, token);
    expect(viewer?.reservations.edges.map(({ node }) => node.id)).toEqual([id]);
    expect((await dataOf(after, EventsDocument, {})).events.edges).toHaveLength(1);
  });
});

describe('stop signals', { timeout: 180_000 }, () => {
  test.each([
    ['SIGINT', ['SIGINT']],
    ['SIGTERM', ['SIGTERM']],
    ['SIGINT twice at once', ['SIGINT', 'SIGINT']],
    ['SIGINT and SIGTERM at once', ['SIGINT', 'SIGTERM']],
  ] as const)('by %s, it stops cleanly while a subscription is open, and lets go of the data', async (_, signals) => {
    await useDataMadeBefore();
    await using server = serve();
    const graphqlUrl = await server.ready();
    const { offer: demo } = await demoOf(graphqlUrl);
    const closed: unknown[] = [];
    const client = createClient({
      url: graphqlUrl.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      on: { closed: (event) => closed.push(Reflect.get(Object(event), 'code')) },
    });
    const map = client.iterate({ query: print(SeatMapDocument), variables: { eventId: demo.eventId } });
    await map.next();
    const next = map.next().catch(() => {});
    server.signal(...signals);
    expect(await server.ended({ withinMs: 10_000 })).toEqual(stopped);
    expect(server.output).toMatch(/stopped/);
    await next;
    expect(closed).toEqual([1001]);
    await client.dispose();
  });

  test('Ctrl-C under npm start in a terminal stops it with a message, and leaves no process behind', async () => {
    await useDataMadeBefore();
    // It builds first, which must not affect other tests.
    const cwd = await copyOfRepository();
    await using terminal = new ServerProcess(['script', '-qefc', 'npm start 2>&1', '/dev/null'], {
      cwd,
      env: { HOME: folder, PORT: '0', DATA_DIR: join(folder, 'data'), TERM: 'dumb', LOG_FORMAT: 'json' },
    });
    await terminal.ready();
    const tree = withDescendants(terminal.pid);
    expect(tree.length).toBeGreaterThan(2);
    terminal.type('\x03');
    await terminal.said(/(stopped)/, { withinMs: 20_000 });
    expect((await terminal.ended()).signal).toBeNull();
    await waitFor(() => tree.every((pid) => !isRunning(pid)), { withinMs: 5_000, what: 'the processes to be gone' });
    expect(terminal.output).not.toMatch(/npm error|ELIFECYCLE/);
  });
});

describe('faults at the start are reported in a line, without a stack trace', { timeout: 180_000 }, () => {
  async function refusal(env: NodeJS.ProcessEnv) {
    await using server = serve({ LOG_LEVEL: 'warn', ...env });
    const { code, signal } = await server.ended({ withinMs: 60_000 });
    expect(signal).toBeNull();
    expect(code).not.toBe(0);
    expect(server.output).not.toMatch(/^\s+at /m);
    return server.output;
  }

  test('a port that is taken', async () => {
    await using other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await useDataMadeBefore();
    const said = await refusal({ PORT: String(port) });
    expect(said).toMatch(new RegExp(`^holdfast: .*EADDRINUSE.*${port}.*PORT.*\\n$`));
  });

  test('wrong settings, all of them at once', async () => {
    const said = await refusal({ PORT: 'eighty', RESERVATION_SECONDS: '0', JWT_SECRET: 'too short' });
    expect(said).toMatch(/^holdfast: wrong settings\n( {2}\S.*\n){3}$/);
    for (const name of ['PORT', 'RESERVATION_SECONDS', 'JWT_SECRET']) expect(said).toContain(name);
    expect(said).not.toContain('too short');
  });

  const JWT_SECRET = 's'.repeat(32);
  test.each([
    ['nothing listens', 'postgres://somebody:hunter2@127.0.0.1:1/holdfast'],
    ['there is no such host', 'postgres://somebody:hunter2@no-such-host.invalid/holdfast'],
  ])('a database that cannot be reached, as %s', async (_, DATABASE_URL) => {
    const said = await refusal({ DATABASE_URL, JWT_SECRET });
    expect(said).toMatch(/^holdfast: the database .*\n$/);
    expect(said).not.toContain('hunter2');
  });

  test('a database that does not exist', async () => {
    const DATABASE_URL = Object.assign(new URL(inject('postgresUrl')), { pathname: '/no_such_database' }).href;
    expect(await refusal({ DATABASE_URL, JWT_SECRET })).toMatch(/^holdfast: .*no_such_database.*\n$/);
  });

  test('a data directory that another server has open', async () => {
    await useDataMadeBefore();
    await using first = serve();
    const graphqlUrl = await first.ready();
    const said = await refusal({});
    expect(said).toMatch(/^holdfast: .*in use.*\n$/);
    expect(said).toContain(join(folder, 'data'));
    expect((await dataOf(graphqlUrl, EventsDocument, {})).events.edges).toHaveLength(1);
  });

  test('an invalid data directory', async () => {
    expect(await refusal({ DATA_DIR: '/dev/null/data' })).toMatch(/^holdfast: .*\/dev\/null.*\n$/);
  });
});

describe('on Postgres', { timeout: 180_000 }, () => {
  test('two nodes may start at once on an empty database, and are one', async () => {
    const url = await createDatabase(inject('postgresUrl'), {});
    const env = { DATABASE_URL: url, JWT_SECRET: 'the secret of the tests, which is long enough' };
    {
      await using one = serve(env);
      await using two = serve(env);
      const [first, second] = await Promise.all([one.ready(), two.ready()]);
      // No demo event in production.
      expect((await dataOf(first, EventsDocument, {})).events.edges).toEqual([]);
      const hamlet = await offer({ graphqlUrl: first });
      await reserve({ graphqlUrl: second }, hamlet, [0], await tokenFor('a buyer elsewhere'));
      for (const server of [one, two]) server.signal('SIGTERM');
      expect(await Promise.all([one.ended(), two.ended()])).toEqual([stopped, stopped]);
    }
    await onServer(inject('postgresUrl'), (sql) => sql`drop database ${sql(databaseName(url))}`);
  });
});

function withDescendants(pid: number): number[] {
  const [self = pid, ...children] = processTree(pid);
  return [self, ...children.flatMap(withDescendants)];
}

function isRunning(pid: number): boolean {
  return spawnSync('kill', ['-0', String(pid)]).status === 0;
}
