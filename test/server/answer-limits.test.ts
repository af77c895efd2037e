import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { limitAnswers } from '../../src/server/answer-limits.ts';
import { waitFor } from '../support/wait-for.ts';

/** More than the kernel buffers for a client that does not read. */
const largeBytes = 20_000_000;

let http: FastifyInstance;
let executed: string[] = [];
let openGate = () => {};
afterEach(() => {
  openGate();
  http.server.closeAllConnections();
  return http.close();
});

async function listen(limits = {}): Promise<void> {
  executed = [];
  const gate = new Promise<void>((resolve) => {
    openGate = resolve;
  });
  http = fastify();
  const addressOf = ({ headers }: IncomingMessage) => String(headers['x-address']);
  limitAnswers(http, { addressOf, answerStallSeconds: 30, maxUnreadBytes: 1_000_000_000, ...limits });
  http.get('/large', () => {
    executed.push('large');
    return 'x'.repeat(largeBytes);
  });
  http.get('/small/:name', ({ params }) => {
    executed.push((params as { name: string }).name);
    return JSON.stringify(params);
  });
  http.get('/slow', async () => {
    await gate;
    return 'at last';
  });
  await http.listen({ host: '127.0.0.1', port: 0 });
}

/** Does not read until it is resumed. */
const ask = (...paths: string[]): Socket => askFrom('one', ...paths);

function askFrom(address: string, ...paths: string[]): Socket {
  const socket = connect((http.server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
  socket
    .pause()
    .write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Address: ${address}\r\n\r\n`).join(''));
  return socket;
}

const connections = () =>
  new Promise<number>((resolve, reject) => {
    http.server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });

const until = (what: string, condition: () => boolean | Promise<boolean>) =>
  waitFor(condition, { withinMs: 10_000, what });

const executions = (count: number) => until(`${count} to be executed`, () => executed.length === count);

/** Bytes until the server closes the connection, or as many as awaited. */
async function bytesRead(socket: Socket, awaited = Number.POSITIVE_INFINITY): Promise<number> {
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes >= awaited) socket.destroy();
  });
  socket.resume();
  if (!socket.closed) await once(socket, 'close', { signal: AbortSignal.timeout(10_000) });
  return bytes;
}

test('a client that does not read its answer is cut off', { timeout: 20_000 }, async () => {
  await listen({ answerStallSeconds: 1 });
  const socket = ask('/large');
  await executions(1);
  await until('the connection to be closed', async () => (await connections()) === 0);
  expect(await bytesRead(socket)).toBeLessThan(largeBytes);
});

test('a client that reads slowly is not, although the whole answer takes longer than the timeout', {
  timeout: 30_000,
}, async () => {
  await listen({ answerStallSeconds: 1 });
  const socket = ask('/large');
  let bytes = 0;
  const startedMs = performance.now();
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > largeBytes) return void socket.destroy();
    socket.pause();
    // Makes the whole answer take at least three seconds.
    setTimeout(() => socket.resume(), (chunk.length / largeBytes) * 3_000);
  });
  socket.resume();
  await once(socket, 'close', { signal: AbortSignal.timeout(25_000) });
  expect(bytes).toBeGreaterThan(largeBytes);
  expect(performance.now() - startedMs).toBeGreaterThan(2_000);
});

test('an operation may take longer than the timeout of reading', { timeout: 20_000 }, async () => {
  await listen({ answerStallSeconds: 1 });
  const slow = ask('/slow');
  const stalled = ask('/large');
  await executions(1);
  // Longer than the timeout, after which the other connection is cut off.
  await until('the stalled connection to be closed', async () => (await connections()) === 1);
  openGate();
  const [answer] = await once(slow.resume(), 'data');
  expect(String(answer)).toContain('at last');
  stalled.destroy();
});

test('requests on one connection are executed one after the other, each when the answer before it is read', async () => {
  await listen();
  const socket = ask('/large', '/small/second', '/large', '/small/fourth');
  await executions(1);
  const other = ask('/small/other');
  await until('another connection to be answered', () => executed.includes('other'));
  expect(executed).toEqual(['large', 'other']);
  await bytesRead(socket, 2 * largeBytes);
  expect(executed.slice(0, 4)).toEqual(['large', 'other', 'second', 'large']);
  other.destroy();
});

test('answers to pipelined requests are in order', async () => {
  await listen();
  const names = Array.from({ length: 60 }, (_, at) => `number-${at}`);
  const socket = ask(...names.map((name) => `/small/${name}`));
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.resume();
  await until('all answers', () => text.includes('number-59'));
  expect([...text.matchAll(/number-\d+/g)].map(([name]) => name)).toEqual(names);
  socket.destroy();
});

test('a client that pipelines hundreds of requests is cut off', async () => {
  await listen();
  const socket = ask('/large', ...Array.from({ length: 300 }, () => '/small/x'));
  await until('the connection to be closed', async () => executed.length > 0 && (await connections()) === 0);
  expect(executed).toEqual(['large']);
  socket.destroy();
});

test.each([
  ['those of a node', 2.5 * largeBytes, (count: number) => `address ${count}`],
  ['those of one address, of which a third counts', 7.5 * largeBytes, () => 'one'],
])(
  'beyond so many bytes, %s, those who have been reading for the longest are cut off',
  {
    timeout: 20_000,
  },
  async (_, maxUnreadBytes, addressOf) => {
    await listen({ maxUnreadBytes });
    const stalled: Socket[] = [];
    for (let count = 1; count <= 5; count++) {
      stalled.push(askFrom(addressOf(count), '/large'));
      await executions(count);
    }
    await until('three of them to be closed', async () => (await connections()) === 2);
    const read = await Promise.all(stalled.map((socket) => bytesRead(socket, largeBytes)));
    expect(read.map((bytes) => bytes >= largeBytes)).toEqual([false, false, false, true, true]);
  },
);
