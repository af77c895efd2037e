import { EventEmitter, once } from 'node:events';
import { connect } from 'node:net';
import { createClient } from 'graphql-ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { waitFor } from '../support/wait-for.ts';
import { RawSocket } from './raw-socket.ts';
import { openStage, post, type Stage } from './stage.ts';

const maxInFlight = 3;
const maxLagMs = 100;

let lagMs: number;
let fewInFlight: number;
let stage: Stage;

beforeEach(async () => {
  lagMs = 0;
  fewInFlight = 0;
  stage = await openStage({
    admission: {
      ...{ maxInFlight, maxLagMs, requestWaitMs: () => lagMs, telemetry: new EventEmitter() },
      get fewInFlight() {
        return fewInFlight;
      },
    },
  });
});
afterEach(() => stage[Symbol.asyncDispose]());

const busy = {
  message: expect.any(String),
  extensions: { code: 'SERVICE_BUSY', retryAfterMs: expect.toSatisfy((ms) => ms >= 1_000 && ms <= 3_000) },
};

function begun(count: number) {
  return waitFor(() => stage.gate.waiting === count, { withinMs: 5_000, what: `${count} operations under way` });
}

test('an overloaded node refuses HTTP requests before any other check, and only while it is overloaded', async () => {
  lagMs = maxLagMs + 1;
  const refused = await post(stage, 'mutation { add(by: 1) }', { headers: { authorization: 'Bearer nonsense' } });
  expect(refused).toMatchObject({ status: 503, body: { errors: [busy] } });
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(refused.headers.get('access-control-allow-origin')).toBe('*');
  expect(stage.contexts()).toBe(0);
  lagMs = maxLagMs;
  expect(await post(stage, 'mutation { add(by: 1) }')).toMatchObject({ status: 200, body: { data: { add: 1 } } });
});

test('a node with few requests in flight refuses none, however late its event loop is', async () => {
  fewInFlight = 1;
  lagMs = maxLagMs + 1;
  expect(await post(stage, '{ hello }')).toMatchObject({ status: 200 });
  const slow = post(stage, '{ slow }');
  await begun(1);
  expect(await post(stage, '{ hello }')).toMatchObject({ status: 503 });
  stage.gate.open();
  await slow;
});

test('an overloaded node refuses queries and mutations over websockets, and accepts subscriptions', async () => {
  using raw = await RawSocket.connect(stage);
  lagMs = maxLagMs + 1;
  raw.subscribe('query', '{ hello }');
  raw.subscribe('mutation', 'mutation { add(by: 1) }');
  raw.subscribe('subscription', 'subscription { count(to: 1) }');
  expect(await raw.outcome('query')).toMatchObject([{ type: 'error', payload: [busy] }]);
  expect(await raw.outcome('mutation')).toMatchObject([{ type: 'error', payload: [busy] }]);
  expect(await raw.outcome('subscription')).toMatchObject([{ payload: { data: { count: 1 } } }, { type: 'complete' }]);
  lagMs = 0;
  raw.subscribe('again', '{ hello }');
  expect(await raw.outcome('again')).toMatchObject([{ type: 'next' }, { type: 'complete' }]);
});

test('the limit of operations in flight holds over HTTP and websockets together', async () => {
  const client = createClient({ url: stage.server.graphqlUrl.replace('http', 'ws'), webSocketImpl: WebSocket });
  const overSocket = client.iterate({ query: '{ slow }' }).next();
  const overHttp = [post(stage, '{ slow }'), post(stage, '{ slow }')];
  await begun(maxInFlight);
  for (let nth = 0; nth < 10; nth += 1) expect((await post(stage, '{ hello }')).status).toBe(503);
  stage.gate.open();
  expect((await overSocket).value).toEqual({ data: { slow: 'at last' } });
  for (const { status } of await Promise.all(overHttp)) expect(status).toBe(200);
  expect((await post(stage, '{ hello }')).status).toBe(200);
  await client.dispose();
});

test('clients that do not send their announced bodies block no others', async () => {
  const { hostname, port } = new URL(stage.server.url);
  const head = `POST /graphql HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`;
  const silent = Array.from({ length: 2 * maxInFlight }, () => connect(Number(port), hostname));
  await Promise.all(silent.map((socket) => once(socket, 'connect')));
  await Promise.all(silent.map((socket) => new Promise((resolve) => socket.write(head, resolve))));
  expect((await post(stage, '{ hello }')).status).toBe(200);
  for (const socket of silent) socket.destroy();
});

test('health checks are answered under overload', async () => {
  lagMs = maxLagMs + 1;
  for (const path of ['/healthz', '/readyz']) expect((await fetch(stage.server.url + path)).status).toBe(200);
});
