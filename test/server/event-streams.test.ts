import { Client, fetchExchange } from '@urql/core';
import { createClient } from 'graphql-sse';
import { EventSource } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { EventReader } from './event-reader.ts';
import { RawSocket } from './raw-socket.ts';
import { openStage, post, type Stage, secretText, tokenOf } from './stage.ts';

const within = { withinMs: 20_000 };

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const stages: Stage[] = [];
afterEach(() => Promise.all(stages.splice(0).map((each) => each[Symbol.asyncDispose]())));

async function stageWith(options: Parameters<typeof openStage>[0]): Promise<Stage> {
  const opened = await openStage(options);
  stages.push(opened);
  return opened;
}

const read = (query: string, options?: Parameters<typeof EventReader.open>[2], { server }: Stage = stage) =>
  EventReader.open(server.graphqlUrl, query, options);

const resultsOf = async (reader: EventReader) => {
  const text = await reader.all();
  expect(text.endsWith('event: complete\ndata:\n\n')).toBe(true);
  return reader.results();
};

describe('a client of graphql-sse', () => {
  const clientOf = (path: string, { server }: Stage = stage) =>
    createClient({ url: server.url + path, retryAttempts: 0 });

  test.each(['/graphql', '/graphql/stream'])('subscribes, queries and mutates at %s', async (path) => {
    const client = clientOf(path);
    const results = [];
    for await (const result of client.iterate({ query: 'subscription { count(to: 3) }' })) results.push(result);
    expect(results).toEqual([{ data: { count: 1 } }, { data: { count: 2 } }, { data: { count: 3 } }]);
    for (const [query, result] of [
      ['{ hello }', { data: { hello: 'world' } }],
      ['mutation { add(by: 0) }', { data: { add: 0 } }],
    ] as const) {
      expect(await client.iterate({ query }).next()).toEqual({ done: false, value: result });
    }
    client.dispose();
  });

  test('that disconnects ends its subscription', async () => {
    const client = clientOf('/graphql');
    const results = client.iterate({ query: 'subscription { forever }' });
    await results.next();
    expect([stage.running(), stage.server.eventStreams.count]).toEqual([1, 1]);
    client.dispose();
    await waitFor(() => stage.running() === 0, { ...within, what: 'the subscription to end' });
    await waitFor(() => stage.server.eventStreams.count === 0, { ...within, what: 'the stream to be gone' });
  });

  test('is told that there is no single connection mode', async () => {
    const client = createClient({
      url: `${stage.server.url}/graphql/stream`,
      singleConnection: true,
      retryAttempts: 0,
    });
    await expect(client.iterate({ query: '{ hello }' }).next()).rejects.toMatchObject({ response: { status: 405 } });
    for (const method of ['PUT', 'DELETE']) {
      for (const path of ['/graphql', '/graphql/stream']) {
        const response = await fetch(stage.server.url + path, { method });
        expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
        expect(await response.text()).toContain('singleConnection: false');
      }
    }
  });

  test('continues at the next node', async () => {
    const first = await openStage();
    const port = Number(new URL(first.server.url).port);
    const retry = () => new Promise<void>((resolve) => setTimeout(resolve, 10));
    const client = createClient({ url: first.server.graphqlUrl, retryAttempts: 2_000, retry });
    const results = client.iterate({ query: 'subscription { forever }' });
    await results.next();
    await first.server.close();
    const second = await stageWith({ http: { port } });
    await waitFor(() => second.running() === 1, { ...within, what: 'the client to come back' });
    client.dispose();
  });
});

test('a client of urql subscribes by events, and sends queries for JSON', async () => {
  const client = new Client({
    url: stage.server.graphqlUrl,
    exchanges: [fetchExchange],
    fetchSubscriptions: true,
    preferGetMethod: false,
  });
  expect((await client.query('{ hello }', {})).data).toEqual({ hello: 'world' });
  const counts: unknown[] = [];
  const { unsubscribe } = client
    .subscription('subscription { count(to: 2) }', {})
    .subscribe(({ data }) => counts.push(data?.count));
  await waitFor(() => counts.includes(2), { ...within, what: 'all counts' });
  unsubscribe();
  expect(counts.slice(0, 2)).toEqual([1, 2]);
});

test('an EventSource reconnects to the next node', async () => {
  const first = await openStage();
  const source = new EventSource(`${first.server.graphqlUrl}/stream?query=subscription{forever}`);
  let opened = 0;
  source.addEventListener('open', () => {
    opened += 1;
  });
  await waitFor(() => opened === 1 && first.running() === 1, { ...within, what: 'the source to subscribe' });
  await first.server.close();
  const second = await stageWith({ http: { port: Number(new URL(first.server.url).port) } });
  await waitFor(() => opened === 2 && second.running() === 1, { ...within, what: 'the source to come back' });
  source.close();
});

test('a stream is not cached, not buffered by proxies, and not compressed', async () => {
  using stream = await read('subscription { forever }', {
    headers: { 'accept-encoding': 'gzip, br', origin: 'https://tickets.example' },
  });
  expect(stream.status).toBe(200);
  expect(stream.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    'x-request-id': expect.any(String),
    'access-control-allow-origin': '*',
  });
  expect(stream.headers).not.toHaveProperty('content-encoding');
  expect(stream.headers).not.toHaveProperty('content-length');
  await stream.told(2);
  expect(stream.text).toMatch(/^retry: [1-4]\d{3}\n\nevent: next\ndata: \{"data":\{"forever":1\}\}\n\n/);
});

test('GET takes an operation too, with its variables', async () => {
  const query = 'subscription ($to: Int!) { count(to: $to) }';
  const stream = await read(query, { method: 'GET', variables: { to: 2 } });
  expect(await resultsOf(stream)).toEqual([{ data: { count: 1 } }, { data: { count: 2 } }]);
});

describe('faults', () => {
  test.each([
    ['with the text', '{', 'GRAPHQL_PARSE_FAILED'],
    ['with its fields', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['with a subscription', 'subscription { nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'with a variable of a query',
      'query ($to: Int!) { length(of: "x") @include(if: true) hello @skip(if: $to) }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['with a variable of a subscription', 'subscription ($to: Int!) { count(to: $to) }', 'BAD_USER_INPUT'],
    ['with its size', `{ ${'hello '.repeat(300)} }`, 'QUERY_TOO_LARGE'],
  ])('%s is told as an event, and the end', async (_, query, code) => {
    const stream = await read(query);
    expect(stream.status).toBe(200);
    expect(await resultsOf(stream)).toMatchObject([{ errors: [{ extensions: { code } }] }]);
  });

  test.each([
    ['before a first result', 'subscription { never }', []],
    ['after some', 'subscription { fault(after: 2) }', [{ data: { fault: 1 } }, { data: { fault: 2 } }]],
    ['in a query', '{ fault }', []],
  ])('inside is told without saying what: %s', async (_, query, before) => {
    const stream = await read(query);
    const error = {
      message: 'Internal error',
      extensions: { code: 'INTERNAL_SERVER_ERROR', errorId: expect.any(String) },
    };
    expect(await resultsOf(stream)).toMatchObject([...before, { errors: [error] }]);
    expect(stream.text).not.toContain(secretText);
  });

  test.each([
    ['a body that is no object', '[1]', 'the body'],
    ['variables that are none', '{"query":"{ hello }","variables":1}', 'variables'],
    ['a text that is none', '{"query":1}', 'query'],
    ['JSON that is none', '{', 'JSON'],
  ])('with the request is answered 400: %s', async (_, body, said) => {
    const headers = { accept: 'text/event-stream', 'content-type': 'application/json' };
    const response = await fetch(stage.server.graphqlUrl, { method: 'POST', headers, body });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(said);
  });

  test('400 answers wrong parameters of a GET, and an event a missing operation', async () => {
    const get = (search: string) => fetch(`${stage.server.graphqlUrl}/stream?${search}`);
    const response = await get('query={hello}&variables=x');
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('variables')]);
    expect((await get('query={hello}&query={hello}')).status).toBe(400);
    expect(await (await get('')).text()).toContain('"code":"BAD_REQUEST"');
  });

  test('mutations over GET are refused', async () => {
    const stream = await read('mutation { add(by: 1) }', { method: 'GET' });
    expect(await resultsOf(stream)).toMatchObject([{ errors: [{ message: expect.stringContaining('not mutation') }] }]);
    expect((await post(stage, 'mutation { add(by: 0) }')).body).toEqual({ data: { add: 0 } });
  });
});

test.each([
  ['text/event-stream', 'text/event-stream'],
  ['Text/Event-Stream', 'text/event-stream'],
  ['text/event-stream, multipart/mixed', 'text/event-stream'],
  ['application/json;q=0.5, text/event-stream', 'text/event-stream'],
  [
    'application/graphql-response+json, application/json, text/event-stream, multipart/mixed',
    'application/graphql-response+json',
  ],
  ['text/event-stream;q=0, application/json', 'application/json'],
  ['*/*', 'application/json'],
])('who accepts %s is answered in %s', async (accept, type) => {
  const answer = await read('{ hello }', { headers: { accept } });
  expect(answer.headers['content-type']).toBe(`${type}; charset=utf-8`);
});

test('other addresses and methods answer as usual to clients that accept events', async () => {
  const headers = { accept: 'text/event-stream' };
  expect((await fetch(`${stage.server.url}/healthz`, { headers })).status).toBe(200);
  const headOf = async (path: string) => (await fetch(stage.server.url + path, { method: 'HEAD', headers })).status;
  expect(await headOf('/graphql?query={hello}')).toBe(405);
  expect(await headOf('/graphql/stream?query={hello}')).toBe(404);
});

describe('authentication', () => {
  test('is by the header, for any operation', async () => {
    const authorization = `Bearer ${await tokenOf(stage, { sub: 'ann' })}`;
    const stream = await read('{ caller }', { headers: { authorization } });
    expect(await resultsOf(stream)).toEqual([{ data: { caller: 'ann at 127.0.0.1' } }]);
    const refused = await read('subscription { forever }', { headers: { authorization: 'Bearer x' } });
    expect([refused.status, await refused.all()]).toEqual([401, expect.stringContaining('UNAUTHENTICATED')]);
  });

  test('must reconnect with another token when one has expired', async () => {
    const authorization = `Bearer ${await tokenOf(stage, { ttlSeconds: 1 })}`;
    const stream = await read('subscription { forever }', { headers: { authorization } });
    const text = await stream.all();
    expect(text).toContain('event: next');
    expect(text).not.toContain('event: complete');
  });
});

describe('limits', () => {
  test('of live connections count websockets and streams together', async () => {
    for (const [limits, status, code] of [
      [{ maxSockets: 2 }, 503, 'SERVICE_BUSY'],
      [{ maxSocketsPerAddress: 2 }, 429, 'RATE_LIMITED'],
    ] as const) {
      const limited = await stageWith({ websockets: limits });
      using _socket = await RawSocket.connect(limited);
      const first = await read('subscription { forever }', {}, limited);
      const refused = await read('subscription { forever }', {}, limited);
      expect([refused.status, refused.headers['retry-after']]).toEqual([status, '1']);
      expect(await refused.all()).toContain(code);
      using socket = new RawSocket(limited);
      expect((await socket.close()).code).toBe(1013);
      // Queries occupy no stream.
      expect(await resultsOf(await read('{ hello }', {}, limited))).toEqual([{ data: { hello: 'world' } }]);
      first[Symbol.dispose]();
      const again = async () => (await read('subscription { forever }', {}, limited)).status === 200;
      await waitFor(again, { ...within, what: 'room for another' });
    }
  });

  test('of queries without a token hold for streams', async () => {
    const queryLimiter = { consume: async () => ({ allowed: false, retryAfterMs: 3_000 }) as const };
    const limited = await stageWith({ queryLimiter });
    const refused = await read('subscription { forever }', {}, limited);
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '3']);
    const authorization = `Bearer ${await tokenOf(limited)}`;
    using stream = await read('subscription { forever }', { headers: { authorization } }, limited);
    await stream.told(1);
  });

  test('of a node under load refuse queries, and no subscriptions', async () => {
    const admission = {
      maxInFlight: 0,
      maxLagMs: 1_000,
      fewInFlight: 0,
      requestWaitMs: () => 0,
      telemetry: { emit: () => true },
    };
    const busy = await stageWith({ admission: admission as never });
    expect((await read('{ hello }', {}, busy)).status).toBe(503);
    using stream = await read('subscription { forever }', {}, busy);
    await stream.told(1);
  });
});

test('a quiet stream is kept open by comments', async () => {
  const quick = await stageWith({ websockets: { stallSeconds: 1 }, subscribe: async () => silent() });
  using stream = await read('subscription { forever }', {}, quick);
  // Longer than the timeout of a silent connection.
  await waitFor(() => stream.text.split('\n:\n').length > 6, { ...within, what: 'comments' });
  expect(stream.isClosed).toBe(false);
});

async function* silent(): AsyncGenerator<never> {
  await new Promise(() => {});
}

test('a client that does not read gets only what the kernel buffers, and is cut off in the end', async () => {
  const impatient = await stageWith({ websockets: { stallSeconds: 1 } });
  using stream = await read('subscription { forever }', {}, impatient);
  stream.pause();
  await waitFor(() => impatient.running() === 0, { withinMs: 60_000, what: 'the stream to be closed' });
  await waitFor(() => impatient.server.eventStreams.count === 0, { ...within, what: 'the stream to be gone' });
  expect(stream.text).not.toContain('event: complete');
});

describe('a shutdown', () => {
  test('ends streams without completing them, and accepts no more', async () => {
    const stopping = await openStage();
    const streams = await Promise.all(Array.from({ length: 50 }, () => read('subscription { forever }', {}, stopping)));
    const busy = read('{ slow }', {}, stopping);
    await waitFor(() => stopping.gate.waiting === 1, { ...within, what: 'the query to be under way' });
    const closed = stopping.server.close();
    for (const stream of streams) expect(await stream.all()).not.toContain('event: complete');
    await waitFor(() => stopping.running() === 0, { ...within, what: 'subscriptions to end' });
    stopping.gate.open();
    expect(await resultsOf(await busy)).toEqual([{ data: { slow: 'at last' } }]);
    await closed;
  });
});
