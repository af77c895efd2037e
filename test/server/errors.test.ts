import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawSocket } from './raw-socket.ts';
import { openStage, post, type Stage, secretText } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

interface Result {
  readonly data?: unknown;
  readonly errors?: readonly { message: string; path?: unknown; extensions?: Record<string, unknown> }[];
}

async function overWebsocket(query: string, variables: Record<string, unknown> = {}): Promise<Result> {
  using raw = await RawSocket.connect(stage);
  raw.subscribe('1', query, variables);
  const [first] = await raw.outcome('1');
  return (first?.type === 'error' ? { errors: first.payload } : first?.payload) as Result;
}

async function overHttp(query: string, variables: Record<string, unknown> = {}): Promise<Result> {
  return (await post(stage, query, { variables })).body;
}

describe.each([
  ['HTTP', overHttp],
  ['websocket', overWebsocket],
])('over %s', (_transport, run) => {
  test.each([
    ['what a resolver throws', '{ fault }', ['fault']],
    ['what a nested one rejects with', '{ deepFault { inner } }', ['deepFault', 'inner']],
    ['a value that is none of the type', '{ wrong }', ['wrong']],
  ])('%s is told by an id only, which the log explains', async (_what, query, path) => {
    const result = await run(query);
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(result.errors).toMatchObject([
      { message: 'Internal error', path, extensions: { code: 'INTERNAL_SERVER_ERROR', errorId: expect.any(String) } },
    ]);
    const id = result.errors?.[0]?.extensions?.errorId;
    const line = stage.logs.find(({ errorId }) => errorId === id);
    expect(line).toMatchObject({ level: 50, msg: 'internal error' });
    expect(line?.err?.message).toContain(secretText);
  });

  test('errors for the client are kept', async () => {
    const { data, errors } = await run('{ hello refusal }');
    expect(data).toEqual({ hello: 'world', refusal: null });
    expect(errors).toEqual([
      {
        message: 'Organizers only',
        path: ['refusal'],
        locations: expect.anything(),
        extensions: { code: 'FORBIDDEN' },
      },
    ]);
  });

  test('an unavailable store causes an error with a retry time', async () => {
    const { errors } = await run('{ outage }');
    expect(errors).toMatchObject([{ path: ['outage'], extensions: { code: 'SERVICE_BUSY', retryAfterMs: 1000 } }]);
    expect(JSON.stringify(errors)).not.toContain('hunter2');
  });

  test.each([
    ['GRAPHQL_PARSE_FAILED', '{ hello', {}],
    ['GRAPHQL_VALIDATION_FAILED', '{ hallo }', {}],
    ['BAD_USER_INPUT', 'query ($of: String!) { length(of: $of) }', { of: 7 }],
    ['BAD_USER_INPUT', 'query ($of: String = "x") { length(of: $of) }', { of: null }],
  ])('%s says what is wrong with the request', async (code, query, variables) => {
    const { errors } = await run(query, variables);
    expect(errors).toMatchObject([{ locations: [{ line: 1 }], extensions: { code } }]);
    expect(errors?.[0]?.message).toMatch(/Syntax Error|Cannot query field|\$of|Argument "of"/);
  });
});

test('a failing subscription gets an error with an id, also a late one', async () => {
  for (const query of ['subscription { never }', 'subscription { fault(after: 0) }']) {
    const { errors } = await overWebsocket(query);
    expect(errors).toMatchObject([{ message: 'Internal error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  }
  using raw = await RawSocket.connect(stage);
  raw.subscribe('1', 'subscription { fault(after: 1) }');
  const messages = await raw.outcome('1');
  expect(messages).toMatchObject([
    { type: 'next', payload: { data: { fault: 1 } } },
    { type: 'error', payload: [{ message: 'Internal error' }] },
  ]);
});

test('a fault of the context ends one operation, not the connection', async () => {
  await using broken = await openStage({
    contextFor: () => {
      throw new Error(secretText);
    },
  });
  const { status, body } = await post(broken, '{ hello }');
  expect([status, body.errors?.[0]?.message]).toEqual([500, 'Internal error']);
  using raw = await RawSocket.connect(broken);
  raw.subscribe('1', '{ hello }');
  expect(await raw.outcome('1')).toMatchObject([{ type: 'error', payload: [{ message: 'Internal error' }] }]);
  expect(raw.closed).toBeUndefined();
});
