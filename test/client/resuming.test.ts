import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type WebSocket as Connection, WebSocket, WebSocketServer } from 'ws';
import { createHoldfastClient } from '../../src/client/index.ts';
import { packChanges, packStatuses } from '../../src/live/packing.ts';
import { waitFor } from '../support/wait-for.ts';

const counts = { total: 4, available: 3, reserved: 1, booked: 0, blocked: 0 };
const snapshot = {
  ...{ __typename: 'SeatMapSnapshot', revision: 5, availability: counts },
  statuses: packStatuses(Uint8Array.of(1, 0, 0, 0)),
};
const delta = {
  ...{ __typename: 'SeatMapDelta', fromRevision: 5, revision: 8, availability: { ...counts, booked: 1, reserved: 0 } },
  changes: packChanges([{ index: 0, status: 'BOOKED' }]),
};

/** Answers each subscription with the next message, and records its variables. */
async function serve(messages: readonly object[]) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'graphql-transport-ws' });
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const asked: unknown[] = [];
  const connections: Connection[] = [];
  server.on('connection', (connection) => {
    connections.push(connection);
    connection.on('message', (data) => {
      const { type, id, payload } = JSON.parse(String(data));
      if (type === 'connection_init') connection.send('{"type":"connection_ack"}');
      if (type !== 'subscribe') return;
      asked.push(payload.variables);
      const seatMap = messages[asked.length - 1];
      connection.send(JSON.stringify({ type: 'next', id, payload: { data: { seatMap } } }));
    });
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/graphql`, asked, cut: () => connections.at(-1)?.close(1001) };
}

test.each([
  { trustedOperations: false, sent: 'its text' },
  { trustedOperations: true, sent: 'its hash' },
])('a map that lost its connection asks for what has changed since, by $sent', async ({ trustedOperations }) => {
  const server = await serve([snapshot, delta, snapshot]);
  const reconnect = { firstWaitMs: 20, maxWaitMs: 200 };
  const client = createHoldfastClient({ url: server.url, webSocketImpl: WebSocket, reconnect, trustedOperations });
  onTestFinished(() => client.dispose());
  const map = client.seatMap('event_1');
  const listen = () => map.subscribe(() => {});
  const isLiveAt = (revision: number) => () =>
    map.getSnapshot().state === 'live' && map.getSnapshot().data?.revision === revision;
  const soon = { withinMs: 20_000, what: 'the map' };

  const leave = listen();
  await waitFor(isLiveAt(5), soon);
  server.cut();
  await waitFor(isLiveAt(8), soon);
  expect(Array.from(map.getSnapshot().data?.statuses ?? [])).toEqual([2, 0, 0, 0]);
  leave();
  // The store keeps the map for a later listener.
  onTestFinished(listen());
  await waitFor(isLiveAt(5), soon);
  expect(server.asked).toEqual([
    { eventId: 'event_1' },
    { eventId: 'event_1', since: 5 },
    { eventId: 'event_1', since: 8 },
  ]);
});
