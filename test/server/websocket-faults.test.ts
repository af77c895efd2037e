import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { RawSocket } from './raw-socket.ts';
import { openStage, post, type Stage, secretText } from './stage.ts';

let stage: Stage;
let raw: RawSocket;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  raw = await RawSocket.connect(stage);
});
afterEach(() => raw[Symbol.dispose]());

/** JSON and documents that can be parsed, but overflow the stack of a recursion. */
const nested = (depth: number, [opening, closing]: readonly [string, string] = ['[', ']']) =>
  opening.repeat(depth) + closing.repeat(depth);

/** Codes of the errors of one operation, while another on its socket continues. */
async function refusalOf(payload: object, id = 'b'): Promise<readonly string[]> {
  raw.subscribe('a', 'subscription { forever }');
  await raw.message((message) => message.id === 'a');
  raw.send({ type: 'subscribe', id, payload });
  const outcome = await raw.outcome(id);
  await expectAlive();
  expect(raw.received.filter((message) => message.id === 'a' && message.type !== 'next')).toEqual([]);
  return outcome.flatMap(({ type, payload: told }) => {
    const errors = type === 'error' ? told : ((told as { errors?: unknown } | undefined)?.errors ?? []);
    return (errors as { extensions: { code: string } }[]).map(({ extensions }) => extensions.code);
  });
}

async function expectAlive(): Promise<void> {
  raw.subscribe('alive', '{ hello }');
  expect(await raw.outcome('alive')).toMatchObject([{ type: 'next' }, { type: 'complete' }]);
  expect(raw.closed).toBeUndefined();
}

describe('a fault ends its operation only', () => {
  const invalid = 'GRAPHQL_VALIDATION_FAILED';
  test.each([
    ['a root field that a variable leaves out', '($on: Boolean!) { forever @include(if: $on) }', invalid],
    ['a root field that a default leaves out', '($on: Boolean = false) { forever @include(if: $on) }', invalid],
    [
      'a fragment that a variable leaves out',
      '($on: Boolean!) { ...F @skip(if: $on) } fragment F on Subscription { forever }',
      invalid,
    ],
    ['a root field left out', '{ forever @skip(if: true) }', 'BAD_USER_INPUT'],
    ['a fragment left out', '{ ...F @include(if: false) } fragment F on Subscription { forever }', 'BAD_USER_INPUT'],
    ['an inline fragment left out', '{ ... @skip(if: true) { forever } }', 'BAD_USER_INPUT'],
    ['two root fields', '{ a: forever b: forever }', invalid],
    [
      'two root fields of fragments',
      '{ ...A ...B } fragment A on Subscription { a: forever } fragment B on Subscription { b: forever }',
      invalid,
    ],
    ['only __typename', '{ __typename }', invalid],
    ['introspection', '{ __schema { types { name } } }', invalid],
    ['an operation without a name beside another', '{ forever } query Q { hello }', invalid],
    ['a fragment that spreads itself', '{ ...F } fragment F on Subscription { ...F }', invalid],
    ['a variable of a wrong type', '($to: Int!) { count(to: $to) }', 'BAD_USER_INPUT'],
    ['a variable that is null', '($on: Int!) { count(to: $on) }', 'BAD_USER_INPUT'],
    ['a source that throws', '{ never }', 'INTERNAL_SERVER_ERROR'],
    ['a first value that fails', '{ fault(after: 0) }', 'INTERNAL_SERVER_ERROR'],
  ])('for a subscription with %s', async (_what, text, code) => {
    const codes = await refusalOf({ query: `subscription ${text}`, variables: { to: { a: 1 }, on: null } });
    expect(new Set(codes)).toEqual(new Set([code]));
  });

  test.each([
    ['an operation that is not there', { query: 'query A { hello }', operationName: 'B' }, 'BAD_USER_INPUT'],
    ['one of two that is not named', { query: 'query A { hello } query B { hello }' }, 'BAD_USER_INPUT'],
    ['an empty name', { query: 'query A { hello }', operationName: '' }, 'BAD_USER_INPUT'],
    ['no text', { query: '' }, 'BAD_REQUEST'],
    [
      'null for a text',
      { query: null, extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
      'PERSISTED_QUERY_NOT_FOUND',
    ],
    [
      'a hash that is none',
      { query: '', extensions: { persistedQuery: { version: 1, sha256Hash: ['x'] } } },
      'BAD_REQUEST',
    ],
    ['a text of a comment', { query: '#' }, 'GRAPHQL_PARSE_FAILED'],
    ['a fragment only', { query: 'fragment F on Query { hello }' }, invalid],
    ['a definition of a type', { query: 'type A { b: Int }' }, invalid],
    ['an unknown directive', { query: '{ ... @defer { hello } }' }, invalid],
    ['a resolver that throws', { query: '{ fault }' }, 'INTERNAL_SERVER_ERROR'],
  ])('for %s', async (_what, payload, code) => {
    expect(new Set(await refusalOf(payload))).toEqual(new Set([code]));
    expect(JSON.stringify(raw.received)).not.toContain(secretText);
  });

  test.each([
    ['selections', `{ ${nested(2_500, ['a { ', ' } '])} }`],
    ['inline fragments', `{ ${nested(2_500, ['... { ', ' } ']).replace('{  }', '{ hello }')} }`],
    ['lists', `{ length(of: ${nested(10_000)}) }`],
    ['types of variables', `query ($a: ${nested(10_000)}) { hello }`],
  ])('for a document that nests %s too deeply', async (_what, query) => {
    expect(await refusalOf({ query })).toHaveLength(1);
  });

  test.each(['__proto__', 'constructor', 'toString', '\ud800', ' '])('whatever its id is: %j', async (id) => {
    expect(await refusalOf({ query: 'subscription { forever @skip(if: true) }' }, id)).toEqual(['BAD_USER_INPUT']);
  });

  test('for an id that is too long', async () => {
    expect(await refusalOf({ query: 'subscription { forever }' }, 'x'.repeat(201))).toEqual(['BAD_USER_INPUT']);
  });
});

test('over HTTP a subscription with a condition on its root field is a bad request', async () => {
  const { status, body } = await post(stage, 'subscription ($on: Boolean!) { forever @include(if: $on) }', {
    variables: { on: false },
  });
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
});

describe('JSON that is nested too deeply to be serialized', () => {
  const deep = nested(45_000);

  test.each([
    [
      'the variables of a hash',
      `{"type":"subscribe","id":"x","payload":{"extensions":{"persistedQuery":{}},"variables":{"a":${deep}}}}`,
    ],
    ['a ping', `{"type":"ping","payload":{"a":${deep}}}`],
  ])('in %s closes its own socket as no message, and no other', async (_what, text) => {
    using other = await RawSocket.connect(stage);
    other.socket.send(text);
    expect((await other.close()).code).toBe(4400);
    await expectAlive();
  });

  test.each([
    ['unused variables', `{"type":"subscribe","id":"x","payload":{"query":"{ hello }","variables":{"a":${deep}}}}`],
    [
      'a variable',
      `{"type":"subscribe","id":"x","payload":{"query":"query ($a: String!) { length(of: $a) }","variables":{"a":${deep}}}}`,
    ],
    [
      'extensions',
      `{"type":"subscribe","id":"x","payload":{"query":"{ hello }","extensions":{"persistedQuery":${deep}}}}`,
    ],
  ])('in %s is no matter', async (_what, text) => {
    raw.socket.send(text);
    await raw.outcome('x');
    await expectAlive();
  });
});

test('a duplicate id that is too long for a close reason still closes with the code', async () => {
  const id = 'x'.repeat(200);
  for (const _ of [1, 2]) raw.subscribe(id, 'subscription { forever }');
  expect((await raw.close()).code).toBe(4409);
});

test('an operation that is refused and completed at once leaves its id free', async () => {
  for (let round = 1; round <= 50; round += 1) {
    raw.subscribe('again', 'subscription { forever @skip(if: true) }');
    raw.send({ type: 'complete', id: 'again' });
    raw.subscribe(`round ${round}`, '{ hello }');
    await raw.outcome(`round ${round}`);
  }
  expect(raw.closed).toBeUndefined();
});
