import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawSocket } from './raw-socket.ts';
import { type Answer, openStage, post, type Stage } from './stage.ts';

async function overHttp(stage: Stage, headers: Record<string, string>): Promise<unknown> {
  return (await post(stage, '{ caller }', { headers })).body.data?.caller;
}

async function overWebsocket(stage: Stage, headers: Record<string, string>): Promise<unknown> {
  using raw = await RawSocket.connect(stage, undefined, { headers });
  raw.subscribe('1', '{ caller }');
  const [answer] = await raw.outcome('1');
  return (answer?.payload as Answer['body'] | undefined)?.data?.caller;
}

describe.each([
  ['HTTP', overHttp],
  ['websocket', overWebsocket],
])('over %s', (_transport, callerSeenBy) => {
  let open: Stage;
  let proxied: Stage;
  beforeAll(async () => {
    open = await openStage();
    proxied = await openStage({ http: { trustedProxies: ['127.0.0.0/8', '10.0.0.1'] } });
  });
  afterAll(async () => {
    await open[Symbol.asyncDispose]();
    await proxied[Symbol.asyncDispose]();
  });

  test('nobody is believed unless a setting names it', async () => {
    expect(await callerSeenBy(open, { 'x-forwarded-for': '203.0.113.7' })).toBe('undefined at 127.0.0.1');
  });

  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7, 10.0.0.1', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['10.0.0.1, 203.0.113.7, 10.0.0.1', '203.0.113.7'],
  ])('a trusted proxy that forwards %s speaks for %s', async (forwarded, address) => {
    expect(await callerSeenBy(proxied, { 'x-forwarded-for': forwarded })).toBe(`undefined at ${address}`);
  });
});
