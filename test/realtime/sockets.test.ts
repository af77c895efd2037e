import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { RawSocket } from '../server/raw-socket.ts';
import { openStage, type Stage } from '../server/stage.ts';
import { waitFor } from '../support/wait-for.ts';

type Limits = NonNullable<NonNullable<Parameters<typeof openStage>[0]>['websockets']>;

const stages: Stage[] = [];
afterEach(() => Promise.all(stages.splice(0).map((stage) => stage[Symbol.asyncDispose]())));

async function stageWith(websockets: Limits): Promise<Stage> {
  const stage = await openStage({ websockets });
  stages.push(stage);
  return stage;
}

test('a websocket beyond the limit is refused for now, and accepted after another has closed', async () => {
  const stage = await stageWith({ maxSockets: 2 });
  const first = await RawSocket.connect(stage);
  using _second = await RawSocket.connect(stage);
  using third = new RawSocket(stage);
  expect(await third.close()).toEqual({ code: 1013, reason: 'Too many websockets' });
  first.socket.close();
  await first.close();
  const connected = await waitFor(() => RawSocket.connect(stage), { withinMs: 5_000, what: 'room for another' });
  connected.socket.terminate();
});

describe('websockets of one network address', () => {
  const forwarded = (address: string) => ({ headers: { 'x-forwarded-for': address } });

  test('beyond the limit are refused for now, and accepted after another has closed; those of other addresses do not count', async () => {
    const stage = await openStage({ websockets: { maxSocketsPerAddress: 2 }, http: { trustedProxies: ['127.0.0.1'] } });
    stages.push(stage);
    const first = await RawSocket.connect(stage, undefined, forwarded('2001:db8::1'));
    using _second = await RawSocket.connect(stage, undefined, forwarded('2001:db8::2'));
    using third = new RawSocket(stage, forwarded('2001:db8::3'));
    expect(await third.close()).toEqual({ code: 1013, reason: 'Too many websockets from your network address' });
    using _other = await RawSocket.connect(stage, undefined, forwarded('2001:db8:0:1::1'));
    first.socket.close();
    await first.close();
    const again = () => RawSocket.connect(stage, undefined, forwarded('2001:db8::3'));
    const connected = await waitFor(again, { withinMs: 5_000, what: 'room for another' });
    connected.socket.terminate();
  });

  test('are counted before connection_init, and not limited by 0', async () => {
    const limited = await stageWith({ maxSocketsPerAddress: 1 });
    using silent = new RawSocket(limited);
    await once(silent.socket, 'open');
    using next = new RawSocket(limited);
    expect((await next.close()).code).toBe(1013);

    const unlimited = await stageWith({ maxSocketsPerAddress: 0 });
    const sockets = await Promise.all(Array.from({ length: 30 }, () => RawSocket.connect(unlimited)));
    for (const { socket } of sockets) socket.terminate();
  });
});

describe('a client that guesses pongs', () => {
  /** Pongs that do not answer a ping: numbers, and empty ones. */
  const guess = ({ socket }: RawSocket) => {
    for (const text of ['', '1', '1000', '4000', String(1e6)]) socket.pong(text);
  };

  test('is closed like one that sends no pongs', async () => {
    using raw = await RawSocket.connect(await stageWith({ stallSeconds: 1 }), undefined, { autoPong: false });
    const guessing = setInterval(() => guess(raw), 50);
    try {
      expect((await raw.close()).code).toBe(4420);
    } finally {
      clearInterval(guessing);
    }
  });

  test('gets no more than it may leave unread', async () => {
    const stage = await stageWith({ unreadBytes: 4_000 });
    using raw = await RawSocket.connect(stage, undefined, { autoPong: false });
    raw.subscribe('1', 'subscription { forever }');
    using other = await RawSocket.connect(stage);
    other.subscribe('1', 'subscription { count(to: 1000) }');
    for (let round = 1; round <= 20; round += 1) guess(raw);
    await other.outcome('1');
    expect(stage.emitted() - 1_000).toBeLessThan(8_000 / '{"id":"1","type":"next","payload":{}}'.length);
    expect(raw.closed).toBeUndefined();
  });

  test('is closed because of the number of messages', async () => {
    using raw = await RawSocket.connect(await stageWith({ operationsPerMinute: 5 }));
    for (let round = 1; round <= 5; round += 1) guess(raw);
    expect((await raw.close()).code).toBe(1008);
  });
});

test('an answer larger than the limit of unread bytes is sent completely to a client that reads', async () => {
  using raw = await RawSocket.connect(await stageWith({ unreadBytes: 4_000 }));
  for (const id of ['1', '2', '3', '4', '5', '6']) raw.subscribe(id, '{ text(length: 1000000) }');
  for (const id of ['1', '2', '3', '4', '5', '6']) {
    expect(await raw.outcome(id)).toMatchObject([{ type: 'next' }, { type: 'complete' }]);
  }
  expect(raw.closed).toBeUndefined();
});

test('waits for connection_init no longer than its setting', async () => {
  using raw = new RawSocket(await stageWith({ initSeconds: 1 }));
  expect((await raw.close()).code).toBe(4408);
});

test('refuses messages larger than its setting', async () => {
  const stage = await stageWith({ maxMessageBytes: 1_000 });
  using raw = await RawSocket.connect(stage);
  raw.subscribe('1', '{ hello }', { ignored: 'x'.repeat(800) });
  expect(await raw.outcome('1')).toMatchObject([{ payload: { data: { hello: 'world' } } }, { type: 'complete' }]);
  raw.subscribe('2', '{ hello }', { ignored: 'x'.repeat(1_000) });
  expect((await raw.close()).code).toBe(1009);
});

describe('operations at once', () => {
  test('are refused beyond the limit, while others continue', async () => {
    using raw = await RawSocket.connect(await stageWith({ maxSubscriptions: 2 }));
    for (const id of ['1', '2', '3']) raw.subscribe(id, 'subscription { forever }');
    expect(await raw.outcome('3')).toMatchObject([
      { type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] },
    ]);
    raw.send({ type: 'complete', id: '1' });
    raw.subscribe('4', 'subscription { count(to: 1) }');
    expect(await raw.outcome('4')).toMatchObject([{ payload: { data: { count: 1 } } }, { type: 'complete' }]);
    expect(raw.closed).toBeUndefined();
  });

  test('end with a close for an id that has not ended', async () => {
    const stage = await stageWith({});
    using raw = await RawSocket.connect(stage);
    raw.subscribe('1', 'subscription { forever }');
    await raw.message(({ type }) => type === 'next');
    raw.subscribe('1', 'subscription { forever }');
    expect((await raw.close()).code).toBe(4409);
    await waitFor(() => stage.running() === 0, { withinMs: 5_000, what: 'the sources to be returned' });
  });

  test('end with a close for the id of a query that is still executed, even if it has been completed', async () => {
    const stage = await stageWith({});
    using raw = await RawSocket.connect(stage);
    raw.subscribe('1', '{ slow }');
    await waitFor(() => stage.gate.waiting === 1, { withinMs: 5_000, what: 'the query to be executed' });
    raw.send({ type: 'complete', id: '1' });
    raw.subscribe('1', 'subscription { forever }');
    expect((await raw.close()).code).toBe(4409);
    stage.gate.open();
    expect(stage.running()).toBe(0);
  });

  test('may have the id of one that has ended', async () => {
    using raw = await RawSocket.connect(await stageWith({}));
    for (let round = 1; round <= 3; round += 1) {
      raw.received.length = 0;
      raw.subscribe('1', '{ hello }');
      expect(await raw.outcome('1')).toHaveLength(2);
    }
  });
});

describe('operations a minute', () => {
  const flood = (raw: RawSocket, from: number, to: number) => {
    for (let id = from; id <= to; id += 1) raw.subscribe(String(id), '{ hello }');
  };

  test('are refused beyond the limit, saying how long to wait', async () => {
    using raw = await RawSocket.connect(await stageWith({ operationsPerMinute: 5 }));
    flood(raw, 1, 6);
    expect(await raw.outcome('5')).toMatchObject([{ payload: { data: { hello: 'world' } } }, { type: 'complete' }]);
    const [refused] = await raw.outcome('6');
    expect(refused).toMatchObject({ type: 'error', payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
    const waitMs = Number(/"retryAfterMs":(\d+)/.exec(JSON.stringify(refused))?.[1]);
    expect(waitMs).toBeGreaterThan(5_000);
    expect(waitMs).toBeLessThanOrEqual(12_000);
    expect(raw.closed).toBeUndefined();
  });

  test('end with a close if the client continues', async () => {
    using raw = await RawSocket.connect(await stageWith({ operationsPerMinute: 5 }));
    flood(raw, 1, 20);
    expect(await raw.close()).toEqual({ code: 1008, reason: 'Too many messages' });
  });

  test.each([
    ['messages', (raw: RawSocket) => raw.send({ type: 'ping' })],
    ['frames', (raw: RawSocket) => raw.socket.ping()],
  ])('count pings too, as %s', async (_, ping) => {
    using raw = await RawSocket.connect(await stageWith({ operationsPerMinute: 5 }));
    for (let sent = 1; sent <= 20; sent += 1) ping(raw);
    expect((await raw.close()).code).toBe(1008);
  });

  test('are not limited by 0', async () => {
    using raw = await RawSocket.connect(await stageWith({ operationsPerMinute: 0, maxSubscriptions: 10_000 }));
    flood(raw, 1, 3_000);
    expect(await raw.outcome('3000')).toMatchObject([{ type: 'next' }, { type: 'complete' }]);
  });
});

describe('a client that reads nothing', () => {
  test('is closed with a code, and only that', async () => {
    const stage = await stageWith({ stallSeconds: 1 });
    using alive = await RawSocket.connect(stage);
    using silent = await RawSocket.connect(stage, undefined, { autoPong: false });
    let pings = 0;
    alive.socket.on('ping', () => pings++);
    expect(await silent.close()).toEqual({ code: 4420, reason: 'Too slow' });
    await waitFor(() => pings >= 5, { withinMs: 5_000, what: 'more pings' });
    expect(alive.closed).toBeUndefined();
  });

  test('is cut off soon if it does not answer the close', async () => {
    const stage = await stageWith({ stallSeconds: 1 });
    using raw = await RawSocket.connect(stage);
    raw.subscribe('1', 'subscription { forever }');
    await raw.message(({ type }) => type === 'next');
    raw.socket.pause();
    await waitFor(() => stage.running() === 0, { withinMs: 10_000, what: 'the server to let go of it' });
  });

  test('gets no more than it may leave unread, and continues when it reads', async () => {
    const unreadBytes = 4_000;
    const stage = await stageWith({ unreadBytes });
    using raw = await RawSocket.connect(stage);
    raw.socket.pause();
    raw.subscribe('1', 'subscription { forever }');
    // Another client's messages come at the same rate, and show how many this one would have got.
    using other = await RawSocket.connect(stage);
    other.subscribe('1', 'subscription { count(to: 1000) }');
    await other.outcome('1');
    const emitted = stage.emitted() - 1_000;
    expect(emitted).toBeGreaterThan(10);
    expect(emitted).toBeLessThan((2 * unreadBytes) / '{"id":"1","type":"next","payload":{}}'.length);
    raw.socket.resume();
    await waitFor(() => stage.emitted() - 1_000 > 3 * emitted, { withinMs: 5_000, what: 'it to go on' });
  });
});
