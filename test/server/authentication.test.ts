import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Identity, openIdentity } from '../../src/identity/identity.ts';
import { RawSocket } from './raw-socket.ts';
import { openStage, post, type Stage, tokenOf } from './stage.ts';

let stage: Stage;
let unavailable: Identity;
beforeAll(async () => {
  stage = await openStage();
  // Nothing listens on port 1.
  unavailable = openIdentity({ secret: null, jwksUrl: 'http://127.0.0.1:1/jwks', guestTokenSeconds: 60 });
});
afterAll(() => stage[Symbol.asyncDispose]());

/** Needs the provider's keys because of its algorithm. */
const providersToken = `${Buffer.from('{"alg":"RS256","kid":"a"}').toString('base64url')}.e30.AAAA`;

describe('over HTTP', () => {
  test('knows the viewer by the token', async () => {
    const authorization = `Bearer ${await tokenOf(stage)}`;
    const { body } = await post(stage, '{ caller }', { headers: { authorization } });
    expect(body.data).toEqual({ caller: 'ann at 127.0.0.1' });
    expect((await post(stage, '{ caller }')).body.data).toEqual({ caller: 'undefined at 127.0.0.1' });
  });

  test.each([
    ['Bearer nonsense', 'Invalid token: malformed'],
    ['Basic YTpi', 'Invalid token: not a Bearer token'],
    ['Bearer ', 'Invalid token: nothing after Bearer'],
  ])('refuses %s whatever is asked', async (authorization, message) => {
    for (const query of ['{ hello }', '{ nonsense', '']) {
      const { status, headers, body } = await post(stage, query, { headers: { authorization } });
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toContain('Bearer');
      expect(body).toEqual({ errors: [{ message, extensions: { code: 'UNAUTHENTICATED' } }] });
    }
  });

  test.each(['', ' '])('takes an empty header (%j) for nobody', async (authorization) => {
    const { status, body } = await post(stage, '{ caller }', { headers: { authorization } });
    expect([status, body.data]).toEqual([200, { caller: 'undefined at 127.0.0.1' }]);
  });

  test('reports that tokens cannot be verified', async () => {
    await using blind = await openStage({ identity: unavailable });
    const { status, headers, body } = await post(blind, '{ hello }', {
      headers: { authorization: `Bearer ${providersToken}` },
    });
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(body.errors).toMatchObject([{ extensions: { code: 'SERVICE_BUSY', retryAfterMs: 1000 } }]);
    expect((await post(blind, '{ hello }')).status).toBe(200);
  });
});

describe('over a websocket', () => {
  test.each<[string, (token: string) => Record<string, unknown>]>([
    ['authorization', (token) => ({ authorization: `Bearer ${token}` })],
    ['Authorization', (token) => ({ Authorization: `Bearer ${token}` })],
    ['token', (token) => ({ token })],
    ['authToken', (token) => ({ authToken: token })],
    ['headers', (token) => ({ headers: { Authorization: `Bearer ${token}` } })],
  ])('knows the viewer by %s', async (_, paramsWith) => {
    using raw = await RawSocket.connect(stage, paramsWith(await tokenOf(stage)));
    raw.subscribe('1', '{ caller }');
    expect(await raw.outcome('1')).toMatchObject([
      { type: 'next', payload: { data: { caller: 'ann at 127.0.0.1' } } },
      { type: 'complete' },
    ]);
  });

  test("knows the viewer by the handshake's header", async () => {
    const headers = { authorization: `Bearer ${await tokenOf(stage)}` };
    using raw = await RawSocket.connect(stage, undefined, { headers });
    raw.subscribe('1', '{ caller }');
    expect(await raw.outcome('1')).toMatchObject([{ payload: { data: { caller: 'ann at 127.0.0.1' } } }, {}]);
  });

  test.each([undefined, {}, { authorization: null }, { authorization: '' }, { token: '' }, { headers: {} }])(
    'takes %j for nobody',
    async (params) => {
      using raw = await RawSocket.connect(stage, params);
      raw.subscribe('1', '{ caller }');
      expect(await raw.outcome('1')).toMatchObject([{ payload: { data: { caller: 'undefined at 127.0.0.1' } } }, {}]);
    },
  );

  test.each([
    [{ authorization: 'Bearer nonsense' }, 'Invalid token: malformed'],
    [{ authorization: 7 }, 'Invalid token: not a Bearer token'],
    [{ token: 'nonsense' }, 'Invalid token: malformed'],
    [{ authToken: 'nonsense' }, 'Invalid token: malformed'],
    [{ token: 'one', authToken: 'another' }, 'Invalid token: two different ones'],
    [
      { session: 'eyJhbGciOiJIUzI1NiJ9.e30.AAAA' },
      'Invalid token: in an unknown place, send {"authorization": "Bearer <token>"}',
    ],
  ])('closes with 4403 on %j', async (payload, reason) => {
    using raw = new RawSocket(stage);
    raw.socket.once('open', () => raw.send({ type: 'connection_init', payload }));
    expect(await raw.close()).toEqual({ code: 4403, reason });
  });

  test('is closed for a retry while tokens cannot be verified', async () => {
    await using blind = await openStage({ identity: unavailable });
    using raw = new RawSocket(blind);
    raw.socket.once('open', () => raw.send({ type: 'connection_init', payload: { token: providersToken } }));
    expect((await raw.close()).code).toBe(1013);
  });

  test('ends with its token, and a stock client reconnects with a new one', async () => {
    const tokens = [await tokenOf(stage, { sub: 'first', ttlSeconds: 1 }), await tokenOf(stage, { sub: 'second' })];
    const closes: unknown[] = [];
    const client = createClient({
      url: stage.server.graphqlUrl.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: () => ({ authorization: `Bearer ${tokens.shift()}` }),
      retryWait: async () => {},
      on: { closed: (event) => closes.push(event) },
    });
    let last = 0;
    for await (const { data } of client.iterate<{ forever: number }>({ query: 'subscription { forever }' })) {
      const now = data?.forever ?? 0;
      if (now < last) break;
      last = now;
    }
    expect(closes).toMatchObject([{ code: 4403, reason: 'Invalid token: expired' }]);
    expect(tokens).toEqual([]);
    await client.dispose();
  });
});
