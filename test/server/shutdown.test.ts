import { once } from 'node:events';
import { connect } from 'node:net';
import { createClient } from 'graphql-ws';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { waitFor } from '../support/wait-for.ts';
import { RawSocket } from './raw-socket.ts';
import { openStage, post } from './stage.ts';

const within = { withinMs: 20_000 };

test('answers requests in flight over both transports, and asks sockets to reconnect', async () => {
  await using stage = await openStage();
  using idle = await RawSocket.connect(stage);
  idle.subscribe('1', 'subscription { forever }');
  await idle.message(({ type }) => type === 'next');
  using busy = await RawSocket.connect(stage);
  busy.subscribe('1', '{ slow }');
  const answers = Array.from({ length: 50 }, () => post(stage, '{ slow }'));
  await waitFor(() => stage.gate.waiting === 51, { ...within, what: 'requests to be under way' });

  const start = performance.now();
  const closed = stage.server.close();
  expect(stage.server.close()).toBe(closed);
  expect(await idle.close()).toEqual({ code: 1001, reason: 'Going away' });
  await waitFor(() => stage.running() === 0, { ...within, what: 'subscriptions to end' });
  await expect(fetch(`${stage.server.url}/healthz`)).rejects.toThrow();
  expect(busy.closed).toBeUndefined();

  stage.gate.open();
  for (const { status, body } of await Promise.all(answers)) {
    expect([status, body]).toEqual([200, { data: { slow: 'at last' } }]);
  }
  expect(await busy.close()).toEqual({ code: 1001, reason: 'Going away' });
  expect(busy.received.map(({ type }) => type)).toEqual(['connection_ack', 'next', 'complete']);
  await closed;
  // Nothing had to be cut off.
  expect(performance.now() - start).toBeLessThan(9_000);
});

test('reports at once that it is not ready, on open connections', async () => {
  await using stage = await openStage();
  const slow = post(stage, '{ slow }');
  await waitFor(() => stage.gate.waiting === 1, { ...within, what: 'the request to be under way' });
  const { hostname, port } = new URL(stage.server.url);
  // Its request begins before the shutdown and ends after it, so that the connection is not idle.
  const probe = connect(Number(port), hostname).setEncoding('utf8');
  let answer = '';
  probe.on('data', (text) => {
    answer += text;
  });
  await once(probe, 'connect');
  probe.write('GET /readyz HTTP/1.1\r\n');
  expect((await fetch(`${stage.server.url}/healthz`)).status).toBe(200);
  const closed = stage.server.close();
  probe.write('Host: x\r\n\r\n');
  await once(probe, 'end');
  expect(answer).toMatch(/^HTTP\/1\.1 503 .*"reasons":\["shutting down"\]/s);
  stage.gate.open();
  expect((await slow).body).toEqual({ data: { slow: 'at last' } });
  await closed;
});

test('continues to serve during its delay, and reports that it is not ready', async () => {
  const shutdownDelayMs = 1_000;
  await using stage = await openStage({ http: { shutdownDelayMs } });
  using idle = await RawSocket.connect(stage);
  const start = performance.now();
  const closed = stage.server.close();
  const ready = await fetch(`${stage.server.url}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { ready: false, reasons: ['shutting down'] }]);
  expect((await post(stage, '{ hello }')).status).toBe(200);
  expect(idle.closed).toBeUndefined();
  await closed;
  expect(performance.now() - start).toBeGreaterThan(shutdownDelayMs - 10);
  expect(await idle.close()).toEqual({ code: 1001, reason: 'Going away' });
});

test('asks many sockets to reconnect in small groups, and serves them until then', async () => {
  await using stage = await openStage();
  const sockets = await Promise.all(Array.from({ length: 500 }, () => RawSocket.connect(stage)));
  const last = sockets.at(-1) ?? expect.fail();
  const closedAt = sockets.map(async (socket) => {
    expect((await socket.close()).code).toBe(1001);
    return performance.now();
  });
  const start = performance.now();
  const closed = stage.server.close();
  last.subscribe('1', '{ hello }');
  expect(await last.message(({ type }) => type === 'next')).toMatchObject({ payload: { data: { hello: 'world' } } });
  const moments = (await Promise.all(closedAt)).map((at) => at - start);
  await closed;
  // All in one group would take 20 ms.
  expect(Math.max(...moments) - Math.min(...moments)).toBeGreaterThan(400);
  expect(Math.max(...moments)).toBeLessThan(9_000);
});

test('cuts off everything that has not ended after ten seconds', async () => {
  await using stage = await openStage();
  const hanging = post(stage, '{ slow }');
  hanging.catch(() => {});
  using busy = await RawSocket.connect(stage);
  busy.subscribe('1', '{ slow }');
  await waitFor(() => stage.gate.waiting === 2, { ...within, what: 'requests to be under way' });
  const start = performance.now();
  await stage.server.close();
  const tookMs = performance.now() - start;
  expect(tookMs).toBeGreaterThan(9_500);
  expect(tookMs).toBeLessThan(15_000);
  await expect(hanging).rejects.toThrow();
  expect((await busy.close()).code).toBe(1006);
});

test('a stock client continues at the next node, although refused in between', async () => {
  const first = await openStage();
  const port = Number(new URL(first.server.url).port);
  let refused = 0;
  const client = createClient({
    url: first.server.graphqlUrl.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 500,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 10)),
    shouldRetry: () => true,
    on: {
      error() {
        refused += 1;
      },
    },
  });
  const values = client.iterate<{ forever: number }>({ query: 'subscription { forever }' });
  expect((await values.next()).done).toBe(false);
  await first.server.close();
  await waitFor(() => refused > 0, { ...within, what: 'the client to find nobody there' });
  await using second = await openStage({ http: { port } });
  await waitFor(() => second.running() === 1, { ...within, what: 'the client to come back' });
  await values.return?.();
  await client.dispose();
});
