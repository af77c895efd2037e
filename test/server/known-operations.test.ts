import { createHash } from 'node:crypto';
import { ApolloServer } from '@apollo/server';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { TrustedOperations } from '../../src/server/trusted-operations.ts';
import { openStage, type Stage, tokenOf } from './stage.ts';

const length = 'query Length($of: String!) { length(of: $of) }';
const named = 'query Named($of: String!) { length(of: $of) }';
const persisted = 'query Persisted { hello }';
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const apollo = vi.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');

let stage: Stage;
beforeAll(async () => {
  stage = await openStage({
    trustedOperations: new TrustedOperations(new Map([[hashOf(persisted), persisted]]), false),
  });
});
afterAll(() => stage[Symbol.asyncDispose]());
afterEach(() => apollo.mockClear());

interface Sent {
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a client gets, without what is never the same twice. */
async function send({ body, headers }: Sent) {
  const response = await fetch(stage.server.graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = (await response.text()).replace(/"errorId":"\w+"/, '"errorId":""');
  const told = [...response.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  return { status: response.status, headers: told, text };
}

const graphqlResponse = 'application/graphql-response+json, application/json;q=0.9';

describe.each<[string, Sent]>([
  ['a query', { body: { query: '{ hello }' } }],
  ['one with variables', { body: { query: length, variables: { of: 'seat' } } }],
  ['one with its name', { body: { query: named, operationName: 'Named', variables: { of: 'seat' }, extensions: {} } }],
  ['one with nulls', { body: { query: '{ caller }', operationName: null, variables: null, extensions: null } }],
  [
    'a trusted operation by its id',
    { body: { extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(persisted) } } } },
  ],
  [
    "a client that takes GraphQL's own media type",
    { body: { query: '{ caller hello }' }, headers: { accept: graphqlResponse } },
  ],
  ['a large answer', { body: { query: '{ text(length: 10000) }' }, headers: { 'accept-encoding': 'gzip' } }],
  ['a fault', { body: { query: '{ fault }' } }],
  ['a fault below a non-null field', { body: { query: '{ deepFault { inner } }' } }],
  ['a refusal', { body: { query: '{ refusal hello }' } }],
  ['an unavailable store', { body: { query: '{ outage }' } }],
  [
    'a variable of another type',
    { body: { query: 'query A($of: String!) { length(of: $of) }', variables: { of: 1 } } },
  ],
  ['a variable that is missing', { body: { query: 'query B($of: String!) { length(of: $of) }' } }],
  [
    'a variable that is too long',
    { body: { query: 'query C($of: String!) { length(of: $of) }', variables: { of: 'x'.repeat(20_000) } } },
  ],
  [
    'a variable nested too deep',
    { body: { query: 'query D($of: Text!) { size(of: $of) }', variables: { of: [[[{}]]] } } },
  ],
  [
    'a variable of the wrong type, by its own media type',
    {
      body: { query: 'query E($of: Int!) { text(length: $of) }', variables: { of: [] } },
      headers: { accept: graphqlResponse },
    },
  ],
])('%s', (_, sent) => {
  it('is answered by Apollo first, and then as Apollo did', async () => {
    for (const headers of [{}, sent.headers ?? {}]) await send({ body: { query: 'query Any { hello }' }, headers });
    apollo.mockClear();
    const byApollo = await send(sent);
    expect(apollo).toHaveBeenCalledTimes(1);
    expect(await send(sent)).toEqual(byApollo);
    expect(apollo).toHaveBeenCalledTimes(1);
  });
});

describe.each<[string, unknown]>([
  ['no operation of its name', { query: '{ hello }', operationName: 'Other' }],
  ['variables that are a list', { query: '{ hello }', variables: [] }],
  ['variables that are a text', { query: '{ hello }', variables: '{}' }],
  ['extensions that are a list', { query: '{ hello }', extensions: [] }],
  ['an operation name that is a number', { query: '{ hello }', operationName: 1 }],
  [
    'a text that is not what its hash says',
    { query: '{ hello }', extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(persisted) } } },
  ],
  [
    'another version of persisted queries',
    { extensions: { persistedQuery: { version: 2, sha256Hash: hashOf(persisted) } } },
  ],
  ['a hash that is not known', { extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } } }],
  ['several requests', [{ query: '{ hello }' }, { query: '{ hello }' }]],
  ['several operations', { query: 'query One { hello } query Two { caller }', operationName: 'One' }],
  ['an invalid operation', { query: '{ nothing }' }],
  ['a subscription', { query: 'subscription { forever }' }],
])('a request with %s', (_, body) => {
  it('is left to Apollo, each time', async () => {
    await send({ body: { query: '{ hello }' } });
    apollo.mockClear();
    const first = await send({ body });
    expect(await send({ body })).toEqual(first);
    expect(apollo).toHaveBeenCalledTimes(2);
  });
});

it('knows an operation whoever sends it, and answers each viewer for themselves', async () => {
  const query = 'query Caller { caller }';
  await send({ body: { query } });
  apollo.mockClear();
  for (const sub of ['ann', 'bob']) {
    const headers = { authorization: `Bearer ${await tokenOf(stage, { sub })}` };
    expect((await send({ body: { query }, headers })).text).toContain(`${sub} at`);
  }
  expect(apollo).not.toHaveBeenCalled();
});

it('executes a mutation once', async () => {
  const add = { body: { query: 'mutation Add { add(by: 1) }' } };
  const totals = [];
  for (let times = 0; times < 3; times += 1) totals.push((await send(add)).text);
  expect(totals).toEqual([1, 2, 3].map((total) => `{"data":{"add":${total}}}`));
  expect(apollo).toHaveBeenCalledTimes(1);
});
