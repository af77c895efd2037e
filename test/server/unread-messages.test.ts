import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import pino from 'pino';
import { afterAll, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { readConfig } from '../../src/config.ts';
import { type AddressAccount, AddressAccounts } from '../../src/server/live-connections/address-accounts.ts';
import { Connection } from '../../src/server/websocket/connection.ts';
import { waitFor } from '../support/wait-for.ts';

/** More than the kernel buffers for a client that does not read. */
const large = Buffer.alloc(12_000_000, ' ');

const accounts = new AddressAccounts(readConfig({}).websockets, () => performance.now());
const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
afterAll(() => {
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  accounts[Symbol.dispose]();
});

/** A client that does not read until it is resumed, and its connection on the server with one operation. */
async function connect(account: AddressAccount) {
  const { port } = sockets.address() as AddressInfo;
  const client = new WebSocket(`ws://127.0.0.1:${port}`);
  const [socket, { socket: stream }] = await once(sockets, 'connection');
  await once(client, 'open');
  client.pause();
  const connection = new Connection(socket, {
    stream,
    accounts,
    account,
    requestId: 'x',
    authorization: undefined,
    limits: readConfig({}).websockets,
    logger: pino({ level: 'silent' }),
    sent: { messages: 0 },
  });
  accounts.add(account, connection);
  connection.operations = { one: null };
  return { client, connection, sink: connection.sink('one') };
}

test('large messages count while they are unread, and a client with too many is cut off', async () => {
  const account = accounts.of('192.0.2.1');
  const { client, connection, sink } = await connect(account);
  sink.next(large);
  sink.next(Buffer.from('{}'));
  expect(connection.bufferedBytes).toBeGreaterThan(large.length);
  expect(account.bufferedBytes).toBe(connection.bufferedBytes);
  sink.next(large);
  sink.next(large);
  client.resume();
  const [code] = await once(client, 'close', { signal: AbortSignal.timeout(20_000) });
  expect(code).toBe(4420);
  await waitFor(() => account.bufferedBytes === 0, { withinMs: 5_000, what: 'nothing to wait any more' });
});

test('messages of a disconnected client no longer count', async () => {
  const account = accounts.of('192.0.2.2');
  const { client, sink } = await connect(account);
  sink.next(large);
  expect(account.bufferedBytes).toBeGreaterThan(large.length);
  client.terminate();
  await waitFor(() => account.bufferedBytes === 0, { withinMs: 5_000, what: 'nothing to wait any more' });
});
