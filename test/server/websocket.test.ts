import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { waitFor } from '../support/wait-for.ts';
import { RawSocket } from './raw-socket.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const allEnded = () =>
  waitFor(() => stage.running() === 0, { withinMs: 5_000, what: 'source iterators to be returned' });

test('runs queries, mutations and subscriptions for a stock client', async () => {
  const client = createClient({ url: stage.server.graphqlUrl.replace('http', 'ws'), webSocketImpl: WebSocket });
  const results = async (query: string) => {
    const all: unknown[] = [];
    for await (const { data } of client.iterate({ query })) all.push(data);
    return all;
  };
  expect(await results('{ hello }')).toEqual([{ hello: 'world' }]);
  expect(await results('mutation { add(by: 3) }')).toEqual([{ add: 3 }]);
  expect(await results('subscription { count(to: 3) }')).toEqual([{ count: 1 }, { count: 2 }, { count: 3 }]);
  await allEnded();
  await client.dispose();
});

test('creates a context for each operation', async () => {
  using raw = await RawSocket.connect(stage);
  const before = stage.contexts();
  for (const id of ['1', '2', '3']) raw.subscribe(id, '{ hello }');
  await Promise.all(['1', '2', '3'].map((id) => raw.outcome(id)));
  expect(stage.contexts()).toBe(before + 3);
});

test('the event loop handles one message of a socket per turn', async () => {
  using raw = await RawSocket.connect(stage);
  const messages = 200;
  let turns = 0;
  let answered = 0;
  const countTurn = () => {
    turns += 1;
    if (answered < messages) setImmediate(countTurn);
  };
  raw.socket.on('message', () => {
    answered += 1;
  });
  countTurn();
  for (let sent = 0; sent < messages; sent += 1) raw.send({ type: 'ping' });
  await waitFor(() => answered === messages, { withinMs: 5_000, what: 'as many answers' });
  expect(turns).toBeGreaterThanOrEqual(messages);
});

describe('source iterators are returned', () => {
  const start = async () => {
    const raw = await RawSocket.connect(stage);
    raw.subscribe('1', 'subscription { forever }');
    await raw.message(({ type }) => type === 'next');
    expect(stage.running()).toBe(1);
    return raw;
  };

  test('when the client completes', async () => {
    using raw = await start();
    raw.send({ type: 'complete', id: '1' });
    await allEnded();
    expect(raw.closed).toBeUndefined();
  });

  test('when it closes the socket', async () => {
    using raw = await start();
    raw.socket.close(1000);
    await allEnded();
  });

  test('when the connection is lost', async () => {
    using raw = await start();
    raw.socket.terminate();
    await allEnded();
  });
});

describe('closes a socket', () => {
  test('without the subprotocol', async () => {
    using raw = new RawSocket(stage, { protocols: [] });
    expect((await raw.close()).code).toBe(4406);
  });

  test('that subscribes before connection_init', async () => {
    using raw = new RawSocket(stage);
    raw.socket.once('open', () => raw.subscribe('1', '{ hello }'));
    expect((await raw.close()).code).toBe(4401);
  });

  test('that sends it twice', async () => {
    using raw = await RawSocket.connect(stage);
    raw.send({ type: 'connection_init' });
    expect((await raw.close()).code).toBe(4429);
  });

  test('that uses an id twice', async () => {
    using raw = await RawSocket.connect(stage);
    raw.subscribe('1', '{ slow }');
    raw.subscribe('1', '{ slow }');
    expect((await raw.close()).code).toBe(4409);
    stage.gate.open();
  });

  test('that sends nothing', async () => {
    using raw = new RawSocket(stage);
    const code = await waitFor(() => raw.closed?.code, { withinMs: 8_000, what: 'the socket to be closed' });
    expect(code).toBe(4408);
  });

  test('that does not read its answers', async () => {
    using raw = await RawSocket.connect(stage);
    raw.socket.pause();
    const before = stage.server.websockets.messages;
    raw.subscribe('1', '{ text(length: 30000000) }');
    await waitFor(() => stage.server.websockets.messages > before, {
      withinMs: 5_000,
      what: 'more of an answer than is kept',
    });
    raw.socket.resume();
    expect((await raw.close()).code).toBe(4420);
  });

  test.each([
    ['nonsense', 'nonsense', 4400],
    ['too much', `"${'x'.repeat(100_001)}"`, 1009],
  ])('that sends %s', async (_what, text, code) => {
    using raw = await RawSocket.connect(stage);
    raw.socket.send(text);
    expect((await raw.close()).code).toBe(code);
  });
});

test('refuses more than a hundred operations at once, and executes a few of them at a time', async () => {
  using raw = await RawSocket.connect(stage);
  for (let id = 1; id <= 101; id++) raw.subscribe(String(id), '{ slow }');
  expect(await raw.outcome('101')).toMatchObject([
    { type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] },
  ]);
  let most = 0;
  const answered = () => {
    most = Math.max(most, stage.gate.waiting);
    stage.gate.open();
    return raw.received.some(({ id, type }) => id === '100' && type === 'complete');
  };
  await waitFor(answered, { withinMs: 5_000, what: 'the last answer' });
  expect(await raw.outcome('100')).toMatchObject([{ payload: { data: { slow: 'at last' } } }, { type: 'complete' }]);
  expect(most).toBe(4);
});

test('does not execute operations that the client has completed, or after it has disconnected', async () => {
  using raw = await RawSocket.connect(stage);
  for (let id = 1; id <= 4; id++) raw.subscribe(String(id), '{ slow }');
  raw.subscribe('5', 'mutation { add(by: 1000) }');
  raw.send({ type: 'complete', id: '5' });
  raw.subscribe('6', '{ hello }');
  // Messages are handled in order.
  raw.send({ type: 'ping' });
  await raw.message(({ type }) => type === 'pong');
  await waitFor(() => stage.gate.waiting === 4, { withinMs: 5_000, what: 'four of them to be executed' });
  stage.gate.open();
  await raw.outcome('6');
  raw.subscribe('7', 'mutation { add(by: 0) }');
  const [{ payload } = { payload: undefined }] = await raw.outcome('7');
  expect(JSON.stringify(payload)).not.toMatch(/1\d{3}/);
});

test('executes nothing that is sent after the last answer', async () => {
  const ending = await openStage();
  using raw = await RawSocket.connect(ending);
  raw.subscribe('1', '{ slow }');
  await waitFor(() => ending.gate.waiting === 1, { withinMs: 5_000, what: 'the query to run' });
  const closed = ending.server.close();
  const before = ending.contexts();
  raw.subscribe('2', 'mutation { add(by: 1) }');
  // Its pong shows that the server has read the mutation.
  raw.socket.ping();
  await once(raw.socket, 'pong');
  ending.gate.open();
  await closed;
  expect(raw.closed?.code).toBe(1001);
  expect(raw.received.map(({ id, type }) => `${id} ${type}`)).toEqual([
    'undefined connection_ack',
    '1 next',
    '1 complete',
  ]);
  expect(ending.contexts()).toBe(before);
});

test.each(['/', '/graphql/x', '/graphqlx', '/healthz'])('answers 404 to a websocket on %s', async (path) => {
  using raw = new RawSocket(stage, { path });
  const [, response] = await once(raw.socket, 'unexpected-response');
  expect(response.statusCode).toBe(404);
});

test('accepts a websocket with parameters in its address', async () => {
  using raw = await RawSocket.connect(stage, undefined, { path: '/graphql?from=app' });
  expect(raw.closed).toBeUndefined();
});
