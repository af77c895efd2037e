import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openStage, post, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

test.each([
  'a1b2',
  'Root=1-67891233-abcdef012345678912345678',
  '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  'x'.repeat(128),
])('a request keeps the id it came with: %s', async (id) => {
  const { headers } = await post(stage, '{ hello }', { headers: { 'x-request-id': id } });
  expect(headers.get('x-request-id')).toBe(id);
});

test.each(['', 'two words', 'a"b', '{}', 'x'.repeat(129), 'ärger', '%0A'])(
  'a request with no id that can stand in a log gets one: "%s"',
  async (id) => {
    const { headers } = await post(stage, '{ hello }', { headers: { 'x-request-id': id } });
    expect(headers.get('x-request-id')).toMatch(uuid);
  },
);

test('every answer has a unique one', async () => {
  const ids = new Set<string>();
  const paths = ['/', '/healthz', '/readyz', '/none', '/graphql', '/%zz', '/graphql?query={hello}'];
  for (const path of paths) {
    const answer = await fetch(stage.server.url + path);
    await answer.text();
    expect([path, answer.headers.get('x-request-id')]).toEqual([path, expect.stringMatching(uuid)]);
    ids.add(String(answer.headers.get('x-request-id')));
  }
  expect(ids.size).toBe(paths.length);
});

test('pages of other origins may read it, and the retry time', async () => {
  const { headers } = await post(stage, '{ hello }', { headers: { origin: 'https://tickets.example' } });
  expect(headers.get('access-control-expose-headers')).toBe('x-request-id, retry-after');
});

test.each(['{ fault }', '{ deepFault { inner } }', '{ outage }'])(
  'what the log has of a fault names its request: %s',
  async (query) => {
    await post(stage, query, { headers: { 'x-request-id': `over-http:${query.length}` } });
    expect(stage.logs).toContainEqual(
      expect.objectContaining({ requestId: `over-http:${query.length}`, err: expect.anything() }),
    );
  },
);

test('a websocket and all of its operations have the id of the handshake', async () => {
  const answered: (string | string[] | undefined)[] = [];
  const webSocketImpl = class extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { headers: { 'x-request-id': 'the-handshake' } });
      this.once('upgrade', ({ headers }) => answered.push(headers['x-request-id']));
    }
  };
  const client = createClient({ url: stage.server.graphqlUrl.replace('http', 'ws'), webSocketImpl });
  const { value } = await client.iterate({ query: 'query Failing { fault }' }).next();
  const [{ extensions } = { extensions: {} }] = value?.errors ?? [];
  await client.dispose();
  expect(answered).toEqual(['the-handshake']);
  const { errorId } = Object(extensions);
  expect(errorId).toMatch(/^[0-9a-f]{8}$/);
  expect(stage.logs).toContainEqual(expect.objectContaining({ requestId: 'the-handshake', errorId }));
  expect(stage.logs).toContainEqual(
    expect.objectContaining({
      msg: 'operation over a websocket',
      requestId: 'the-handshake',
      operation: 'Failing',
      outcome: 'INTERNAL_SERVER_ERROR',
    }),
  );
});
