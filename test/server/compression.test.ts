import { once } from 'node:events';
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

/** The raw answer: fetch would decompress it and hide its length. */
async function ask(query: string, headers: OutgoingHttpHeaders, { server } = stage) {
  const asking = request(server.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
  });
  asking.end(JSON.stringify({ query }));
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  return { headers: answer.headers, bytes: await buffer(answer) };
}

const textOf = (length: number) => JSON.stringify({ data: { text: 'x'.repeat(length) } });

test.each([
  ['gzip', 'gzip', gunzipSync],
  ['br', 'br', brotliDecompressSync],
  ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
  ['br;q=0.5, gzip;q=0.8', 'gzip', gunzipSync],
  ['GZIP', 'gzip', gunzipSync],
  ['br;q=0, deflate', undefined, (bytes: Buffer) => bytes],
  ['identity', undefined, (bytes: Buffer) => bytes],
  ['', undefined, (bytes: Buffer) => bytes],
])('a large answer to a client that accepts "%s" comes as %s', async (accepted, encoding, decode) => {
  const { headers, bytes } = await ask('{ text(length: 5000) }', { 'accept-encoding': accepted });
  expect(String(decode(bytes)).trim()).toBe(textOf(5_000));
  expect(headers).toMatchObject({ vary: 'Accept-Encoding', 'cache-control': 'no-store' });
  expect(headers['content-type']).toMatch(/^application\/json/);
  expect(headers['content-encoding']).toBe(encoding);
  // From this length the limit of slow readers is computed.
  expect(headers['content-length']).toBe(String(bytes.length));
  if (encoding !== undefined) expect(bytes.length).toBeLessThan(200);
});

test('small answers and refusals come as they are', async () => {
  for (const query of ['{ hello }', '{ text(length: 1000) }', '{ refusal }', '{ none }']) {
    const { headers, bytes } = await ask(query, { 'accept-encoding': 'gzip, br' });
    expect([query, headers['content-encoding'], headers.vary]).toEqual([query, undefined, undefined]);
    expect(JSON.parse(String(bytes))).toBeTypeOf('object');
  }
});

test('Vary names both the encoding and the origin', async () => {
  await using listed = await openStage({ http: { corsOrigins: ['https://tickets.example'] } });
  const { headers } = await ask('{ text(length: 5000) }', { origin: 'https://tickets.example' }, listed);
  expect(headers.vary).toBe('Origin, Accept-Encoding');
});
