import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ConfigError, readConfig } from '../../src/config.ts';
import { readTrustedOperations, TrustedOperations } from '../../src/server/trusted-operations.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Answer, openStage, type Stage } from './stage.ts';

const hello = 'query Hello { hello }';
const length = 'query Length($of: String!) { length(of: $of) }';
const add = 'mutation Add { add(by: 1) }';
const count = 'subscription Count { count(to: 2) }';
const other = '{ hello }';
const trusted = new Map([hello, length, add, count].map((text) => [hashOf(text), text]));

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const byHash = (sha256Hash: string, version = 1) => ({ persistedQuery: { version, sha256Hash } });

async function post({ server }: Stage, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(server.graphqlUrl, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}

async function get({ server }: Stage, parameters: Record<string, string>): Promise<Answer> {
  const response = await fetch(`${server.graphqlUrl}?${new URLSearchParams(parameters)}`, {
    headers: { 'content-type': 'application/json' },
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
}

/** Messages of one operation with this payload, until its end. */
async function overWebsocket({ server }: Stage, payload: object): Promise<unknown[]> {
  const socket = new WebSocket(server.graphqlUrl.replace('http', 'ws'), 'graphql-transport-ws');
  const messages: { type: string; payload?: unknown }[] = [];
  socket.on('open', () => socket.send('{"type":"connection_init"}'));
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.type === 'connection_ack') socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    else messages.push(message);
  });
  const isOver = () => messages.some(({ type }) => type === 'complete' || type === 'error');
  await waitFor(() => isOver() || socket.readyState === socket.CLOSED, { withinMs: 5_000, what: 'the end' });
  socket.terminate();
  return messages.filter(({ type }) => type !== 'complete').map(({ payload }) => payload);
}

const codes = ({ body }: Answer) => body.errors?.map(({ extensions }) => extensions?.code);
const codesIn = (payloads: readonly unknown[]) =>
  (payloads as { extensions?: { code?: string } }[][]).flat().map(({ extensions }) => extensions?.code);

describe.each([false, true])('where only trusted operations are executed: %s', (only) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ trustedOperations: new TrustedOperations(trusted, only) });
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  test('one is executed by its hash', async () => {
    expect((await post(stage, { extensions: byHash(hashOf(hello)) })).body).toEqual({ data: { hello: 'world' } });
    const withVariables = { variables: { of: 'four' }, extensions: byHash(hashOf(length)) };
    expect((await post(stage, withVariables)).body).toEqual({ data: { length: 4 } });
    expect((await post(stage, { extensions: byHash(hashOf(add)) })).body).toEqual({ data: { add: 1 } });
    const parameters = { extensions: JSON.stringify(byHash(hashOf(hello))) };
    expect((await get(stage, parameters)).body).toEqual({ data: { hello: 'world' } });
  });

  test.each([{}, { query: '' }])('over a websocket as well, with %o for its text', async (text) => {
    const counted = [{ data: { count: 1 } }, { data: { count: 2 } }];
    expect(await overWebsocket(stage, { ...text, extensions: byHash(hashOf(count)) })).toEqual(counted);
    const variables = { of: 'four' };
    const asked = { ...text, variables, extensions: byHash(hashOf(length)) };
    expect(await overWebsocket(stage, asked)).toEqual([{ data: { length: 4 } }]);
  });

  test('the stock websocket client sends a hash with an empty text', async () => {
    const client = createClient({ url: stage.server.graphqlUrl.replace('http', 'ws'), webSocketImpl: WebSocket });
    const payload = { query: '', extensions: byHash(hashOf(hello)) };
    expect((await client.iterate(payload).next()).value).toEqual({ data: { hello: 'world' } });
    await client.dispose();
  });

  test('its text is executed with and without its hash', async () => {
    expect((await post(stage, { query: hello })).body).toEqual({ data: { hello: 'world' } });
    expect((await post(stage, { query: hello, extensions: byHash(hashOf(hello)) })).body).toEqual({
      data: { hello: 'world' },
    });
    expect(await overWebsocket(stage, { query: hello })).toEqual([{ data: { hello: 'world' } }]);
  });

  test('over a websocket the hash takes precedence over the text', async () => {
    const payload = { query: '{ not a query', extensions: byHash(hashOf(hello)) };
    expect(await overWebsocket(stage, payload)).toEqual([{ data: { hello: 'world' } }]);
  });

  test("an unknown hash gets Apollo's error", async () => {
    const unknown = { extensions: byHash(hashOf(other)) };
    const answer = await post(stage, unknown);
    expect(answer.body.errors).toMatchObject([{ message: 'PersistedQueryNotFound' }]);
    expect(codes(answer)).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    expect(codesIn(await overWebsocket(stage, unknown))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  });

  test('clients cannot add to them', async () => {
    const extensions = byHash(hashOf(other));
    await post(stage, { query: other, extensions });
    await overWebsocket(stage, { query: other, extensions });
    expect(codes(await post(stage, { extensions }))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    expect(codesIn(await overWebsocket(stage, { extensions }))).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
  });

  test('an invalid id is refused', async () => {
    expect(codesIn(await overWebsocket(stage, { extensions: byHash(hashOf(hello), 2) }))).toEqual(['BAD_REQUEST']);
    expect(codesIn(await overWebsocket(stage, { extensions: { persistedQuery: 'x' } }))).toEqual(['BAD_REQUEST']);
    expect((await post(stage, { extensions: byHash(hashOf(hello), 2) })).status).toBe(400);
  });

  test(`another operation is ${only ? 'refused' : 'executed'}`, async () => {
    const data = { data: { hello: 'world' } };
    const sent = await Promise.all([
      post(stage, { query: other }),
      post(stage, { query: other, extensions: byHash(hashOf(other)) }),
      get(stage, { query: other }),
    ]);
    const answers = only ? sent.map(codes) : sent.map(({ body }) => body);
    expect(answers).toEqual(sent.map(() => (only ? ['OPERATION_NOT_TRUSTED'] : data)));
    expect(sent.map(({ status }) => status)).toEqual(sent.map(() => (only ? 400 : 200)));
    const messages = await overWebsocket(stage, { query: other });
    if (only) expect(codesIn(messages)).toEqual(['OPERATION_NOT_TRUSTED']);
    else expect(messages).toEqual([data]);
  });
});

test('a refusal reveals nothing of the schema', async () => {
  await using stage = await openStage({ trustedOperations: new TrustedOperations(trusted, true) });
  for (const query of ['{ helo }', '{ __schema { types { name } } }', '{ not a query']) {
    expect(codes(await post(stage, { query }))).toEqual(['OPERATION_NOT_TRUSTED']);
    expect(codesIn(await overWebsocket(stage, { query }))).toEqual(['OPERATION_NOT_TRUSTED']);
  }
  expect(stage.contexts()).toBe(0);
});

describe('manifests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-manifests-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  const named = (name: string, content: string) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };

  test('of several apps, in the form of graphql-codegen and in that of Apollo, are read beside our own', async () => {
    const map = named('map.json', JSON.stringify({ [hashOf(hello)]: hello }));
    const operations = [{ id: 'an id of its own', name: 'Length', type: 'query', body: length }];
    const apollo = named(
      'apollo.json',
      JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }),
    );
    const env = { TRUSTED_OPERATIONS: `${map}, ${apollo}`, TRUSTED_OPERATIONS_ONLY: 'true' };
    const read = await readTrustedOperations(readConfig(env).trustedOperations);
    expect(read.textOf(hashOf(hello))).toBe(hello);
    expect(read.textOf('an id of its own')).toBe(length);
    expect([hello, length, other].map((text) => read.allows(text))).toEqual([true, true, false]);
  });

  test("the package's own has the SHA-256 of each text", async () => {
    const { default: own } = await import('../../generated/trusted-operations.json', { with: { type: 'json' } });
    const texts = Object.entries(own);
    expect(texts.length).toBeGreaterThan(15);
    for (const [hash, text] of texts) expect(hashOf(text)).toBe(hash);
    const read = await readTrustedOperations({ files: [], only: true });
    for (const [hash, text] of texts) expect(read.textOf(hash)).toBe(text);
  });

  test.each([
    ['no JSON', 'query {'],
    ['no manifest', '["query { hello }"]'],
    ['a list in another form', '{"format":"another","operations":[]}'],
  ])('a file with %s ends the start', async (_, content) => {
    const file = named('wrong.json', content);
    const read = () => readTrustedOperations({ files: [file], only: false });
    await expect(read).rejects.toThrow(ConfigError);
    await expect(read).rejects.toThrow(`TRUSTED_OPERATIONS names ${file}, which cannot be used`);
  });

  test('a missing one, or one that is not UTF-8, does the same', async () => {
    const files = { 'none.json': 'ENOENT', 'latin1.json': 'it is not UTF-8' };
    writeFileSync(join(folder, 'latin1.json'), Buffer.from('{"a": "\xe9"}', 'latin1'));
    for (const [name, why] of Object.entries(files)) {
      const read = () => readTrustedOperations({ files: [join(folder, name)], only: false });
      await expect(read).rejects.toThrow(`${name}, which cannot be read: ${why}`);
    }
  });
});
