import { once } from 'node:events';
import { connect } from 'node:net';
import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStage, post, type Stage, secretText, tokenOf } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

test('passes the audits of GraphQL over HTTP', async () => {
  await using open = await openStage({ introspection: true });
  const results = await auditServer({ url: open.server.graphqlUrl });
  const failed = results.filter(({ status }) => status !== 'ok');
  expect(results.length).toBeGreaterThan(50);
  expect(failed.filter(({ status }) => status === 'error')).toEqual([]);
  // Only recommendations: for requests that it cannot parse, validate or coerce, Apollo answers 400 also to clients that accept
  // only application/json, where the specification recommends 200.
  expect(failed.map(({ id }) => id)).toEqual(['572B', 'FDE2', '7B9B']);
});

test('answers queries and mutations', async () => {
  expect((await post(stage, '{ hello }')).body).toEqual({ data: { hello: 'world' } });
  expect((await post(stage, 'mutation { add(by: 2) }')).body).toEqual({ data: { add: 2 } });
  const url = `${stage.server.graphqlUrl}?query=${encodeURIComponent('{ hello }')}`;
  expect(await (await fetch(url)).json()).toEqual({ data: { hello: 'world' } });
});

test('refers subscriptions to websockets', async () => {
  const { status, body } = await post(stage, 'subscription { count(to: 1) }');
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  expect(body.errors?.[0]?.message).toContain('graphql-transport-ws');
});

describe('bodies', () => {
  const send = (bytes: number, headers: Record<string, string> = {}) =>
    post(stage, 'query ($of: Text!) { length: size(of: $of) }', { variables: { of: 'x'.repeat(bytes) }, headers });
  const organizer = async () => ({ authorization: `Bearer ${await tokenOf(stage, { organizer: true })}` });

  test('of organizers may contain a whole seating plan', async () => {
    expect((await send(20_000_000, await organizer())).body).toEqual({ data: { length: 20_000_000 } });
  });

  test.each([
    ['a viewer', 260_000, async () => ({ authorization: `Bearer ${await tokenOf(stage)}` })],
    ['nobody', 33_000_000, async () => ({})],
    ['an organizer', 33_000_000, organizer],
  ])('of %s that are too large are refused', async (_who, bytes, headers) => {
    const { status, body } = await send(bytes, await headers());
    expect(status).toBe(413);
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    expect(body.errors?.[0]?.message).toContain('at most 250000 bytes');
  });

  test('that are too large are read to their end, for clients that only then read the answer', async () => {
    const { authorization } = await organizer();
    const bytes = 33_000_000;
    const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n`;
    const client = connect(Number(new URL(stage.server.url).port), '127.0.0.1')
      .setEncoding('utf8')
      .pause();
    client.write(`${head}Authorization: ${authorization}\r\n\r\n`);
    await new Promise<void>((resolve, reject) => {
      client.once('error', reject);
      client.write('x'.repeat(bytes), () => resolve());
    });
    const [answer] = await once(client.resume(), 'data');
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    client.destroy();
  });

  test('that come in chunks are counted', async () => {
    const chunk = new Uint8Array(100_000).fill(32);
    const stream = (chunks: number) =>
      new ReadableStream({
        pull: (controller) => (chunks-- > 0 ? controller.enqueue(chunk) : controller.close()),
      });
    const answer = (chunks: number) =>
      fetch(stage.server.graphqlUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: stream(chunks),
        duplex: 'half',
      });
    expect((await answer(3)).status).toBe(413);
    expect((await answer(2)).status).toBe(400);
  });

  test.each([
    ['no JSON', 'application/json', '{ "query"', 400],
    ['nothing', 'application/json', '', 400],
    ['another type', 'text/xml', '<hello/>', 415],
  ])('that are %s are refused as GraphQL', async (_what, type, body, status) => {
    const response = await fetch(stage.server.graphqlUrl, { method: 'POST', headers: { 'content-type': type }, body });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });
});

test('documents have a bound', async () => {
  const { status, body } = await post(stage, `{ ${'hello '.repeat(3_000)} }`);
  expect(status).toBe(400);
  expect(body.errors?.[0]?.message).toContain('2000 tokens');
});

test('has health checks for liveness and readiness', async () => {
  const alive = await fetch(`${stage.server.url}/healthz`);
  expect([alive.status, await alive.text()]).toEqual([200, 'ok']);
  const ready = await fetch(`${stage.server.url}/readyz`);
  const since = '1970-01-01T00:00:00.000Z';
  expect([ready.status, await ready.json()]).toEqual([200, { ready: true, level: 'NORMAL', since, reasons: [] }]);
  stage.unready.push('the store is unreachable');
  try {
    const unready = await fetch(`${stage.server.url}/readyz`);
    expect([unready.status, await unready.json()]).toEqual([
      503,
      { ready: false, level: 'CRITICAL', since, reasons: ['the store is unreachable'] },
    ]);
  } finally {
    stage.unready.length = 0;
  }
});

describe('pages of other origins', () => {
  const preflight = ({ server }: Stage, origin: string) =>
    fetch(server.graphqlUrl, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  test('may call by default, without credentials', async () => {
    const { status, headers } = await preflight(stage, 'https://tickets.example');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    const refused = await post(stage, '{ hello }', {
      headers: { origin: 'https://x.example', authorization: 'Bearer x' },
    });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([401, '*']);
  });

  test('may call if they are listed', async () => {
    await using listed = await openStage({ http: { corsOrigins: ['https://tickets.example'] } });
    const allowed = async (origin: string) =>
      (await preflight(listed, origin)).headers.get('access-control-allow-origin');
    expect(await allowed('https://tickets.example')).toBe('https://tickets.example');
    expect(await allowed('https://evil.example')).toBeNull();
  });
});

test('a taken port is reported as such', async () => {
  const port = Number(new URL(stage.server.url).port);
  await expect(openStage({ http: { port } })).rejects.toMatchObject({ code: 'EADDRINUSE', port });
});

test('logs carry no tokens', async () => {
  const token = await tokenOf(stage);
  await post(stage, '{ fault }', { headers: { authorization: `Bearer ${token}` } });
  await post(stage, '{ hello }', { headers: { authorization: `Bearer ${token}x` } });
  const text = JSON.stringify(stage.logs);
  expect(text).toContain(secretText);
  expect(text).not.toContain(token.slice(0, 20));
});
