import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { textFrame } from '../../src/server/websocket/text-frame.ts';

test('a client reads frames with all kinds of length, between those of ws', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  // Lengths around RFC 6455's limits, with a character of two bytes.
  const payloads = [2, 125, 126, 65_535, 65_536].map((length) => `é${'x'.repeat(length - 2)}`);
  const texts = payloads.map((text) => text.replace(/^é(xx)(x+)$/, 'xé$2x'));
  server.on('connection', (socket, { socket: stream }) => {
    for (const text of texts) {
      const [, start = '', payload = '', end = ''] = /^(x?)(é.*?)(x?)$/.exec(text) ?? [];
      stream.write(textFrame(start, Buffer.from(payload), end));
      socket.send('by ws');
    }
  });

  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const received: string[] = [];
  const all = new Promise<void>((resolve, reject) => {
    client.once('error', reject);
    client.on('message', (data, isBinary) => {
      received.push(isBinary ? 'binary' : String(data));
      if (received.length === 2 * texts.length) resolve();
    });
  });
  await all;
  expect(received).toEqual(texts.flatMap((text) => [text, 'by ws']));

  client.close();
  await once(client, 'close');
  server.close();
});
