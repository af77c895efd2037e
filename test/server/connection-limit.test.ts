import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { answersTo } from './raw-http.ts';
import { RawSocket } from './raw-socket.ts';
import { openStage, type Stage } from './stage.ts';

const request = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const statusOf = async (stage: Stage) => (await answersTo(stage, request)).split(' ', 2)[1];

async function idle({ server }: Stage): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

test('further connections of one address are refused with an error', async () => {
  await using stage = await openStage({ http: { maxConnectionsPerAddress: 3 } });
  const held = await Promise.all([1, 2, 3].map(() => idle(stage)));
  const refused = await answersTo(stage, 'GET /graphql?query={hello} HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(refused).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n/);
  expect(refused.toLowerCase()).toMatch(/\r\nretry-after: 1\r\n/);
  expect(refused).toContain('"code":"RATE_LIMITED"');
  held[0]?.destroy();
  await waitFor(async () => (await statusOf(stage)) === '200', { withinMs: 5_000, what: 'room for another' });
  for (const socket of held) socket.destroy();
});

test('a refused connection without a request is closed soon', { timeout: 20_000 }, async () => {
  await using stage = await openStage({ http: { maxConnectionsPerAddress: 1 } });
  using first = new RawSocket(stage);
  await once(first.socket, 'open');
  const [held, refused] = [await idle(stage), await idle(stage)];
  refused.resume();
  await once(refused, 'close', { signal: AbortSignal.timeout(15_000) });
  expect(held.destroyed).toBe(false);
  held.destroy();
});

test('websockets are not counted as connections', async () => {
  await using stage = await openStage({ http: { maxConnectionsPerAddress: 2 } });
  const sockets: RawSocket[] = [];
  for (let opened = 0; opened < 5; opened++) sockets.push(await RawSocket.connect(stage));
  expect(await statusOf(stage)).toBe('200');
  for (const socket of sockets) socket[Symbol.dispose]();
});

test('a trusted proxy has no limit, and 0 means none', async () => {
  for (const http of [
    { maxConnectionsPerAddress: 1, trustedProxies: ['127.0.0.1'] },
    { maxConnectionsPerAddress: 0 },
  ]) {
    await using stage = await openStage({ http });
    const held = await Promise.all([1, 2, 3].map(() => idle(stage)));
    expect(await statusOf(stage)).toBe('200');
    for (const socket of held) socket.destroy();
  }
});
