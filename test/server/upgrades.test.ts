import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawSocket } from './raw-socket.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const last = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const body = '{"query":"{ hello }"}';

describe('an upgrade to another protocol is answered as an ordinary request', () => {
  test.each([
    ['HTTP/2, as Java asks', 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAA'],
    ['TLS', 'Connection: upgrade\r\nUpgrade: TLS/1.0'],
    ['several', 'Connection: upgrade\r\nUpgrade: h2c, foo/2'],
    ['one that is not said', 'Connection: upgrade\r\nUpgrade:'],
  ])('to %s', async (_protocol, upgrade) => {
    const head = `Host: x\r\n${upgrade}\r\nContent-Type: application/json\r\n`;
    const get = `GET /graphql?query={hello} HTTP/1.1\r\n${head}\r\n`;
    const post = `POST /graphql HTTP/1.1\r\n${head}Content-Length: ${body.length}\r\n\r\n${body}`;
    const size = body.length.toString(16);
    const chunked = `POST /graphql HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n${size}\r\n${body}\r\n0\r\n\r\n`;
    for (const request of [get, post, chunked]) {
      const [first, second] = await answersInTurn(request, last);
      expect(first).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(first).toContain('{"data":{"hello":"world"}}');
      expect(second).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    }
  });
});

/** Answers to two requests on one connection, the second sent after the first answer. */
async function answersInTurn(...requests: readonly string[]): Promise<string[]> {
  const socket = connect(Number(new URL(stage.server.url).port), '127.0.0.1').setEncoding('utf8');
  const answers: string[] = [];
  for (const request of requests) {
    socket.write(request);
    const [answer] = await once(socket, 'data', { signal: AbortSignal.timeout(10_000) });
    answers.push(String(answer));
  }
  socket.destroy();
  return answers;
}

describe('a websocket', () => {
  const statusFor = async (served: Stage, headers: Record<string, string>, path = '/graphql') => {
    using raw = new RawSocket(served, { headers, path });
    return await new Promise<number | undefined>((resolve) => {
      raw.socket.once('open', () => resolve(101));
      raw.socket.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
  };

  test('of any page is accepted by default', async () => {
    expect(await statusFor(stage, { origin: 'https://evil.example' })).toBe(101);
  });

  test('of a page is accepted only from a listed origin, or this server', async () => {
    await using listed = await openStage({
      http: { corsOrigins: ['https://tickets.example', 'capacitor://localhost'] },
    });
    const { host, port } = new URL(listed.server.url);
    const status = (origin: string, headers = {}) => statusFor(listed, { origin, ...headers });
    expect(await status('https://tickets.example')).toBe(101);
    expect(await status('capacitor://localhost')).toBe(101);
    expect(await status(`http://${host}`)).toBe(101);
    expect(await status('https://holdfast.example', { host: 'holdfast.example' })).toBe(101);
    expect(await status('https://holdfast.example', { host: 'holdfast.example:443' })).toBe(101);
    expect(await statusFor(listed, {})).toBe(101);
    for (const origin of [
      ...[
        'https://evil.example',
        'http://tickets.example',
        'https://tickets.example.evil.example',
        'null',
        'file://',
        'x',
      ],
      ...[`http://localhost:${port}`, 'http://127.0.0.1', `http://127.0.0.1:${Number(port) - 1}`, 'capacitor://other'],
    ]) {
      expect(await status(origin), origin).toBe(403);
    }
    expect(await status('https://evil.example', { 'x-forwarded-host': 'evil.example' })).toBe(403);
    expect(await statusFor(listed, { origin: 'https://evil.example' }, '/none')).toBe(404);
  });

  test("of the page is accepted under a trusted proxy's host", async () => {
    await using proxied = await openStage({ http: { corsOrigins: [], trustedProxies: ['127.0.0.1'] } });
    const forwarded = { 'x-forwarded-host': 'tickets.example' };
    expect(await statusFor(proxied, { origin: 'https://tickets.example', ...forwarded })).toBe(101);
    expect(await statusFor(proxied, { origin: 'https://evil.example', ...forwarded })).toBe(403);
  });
});
