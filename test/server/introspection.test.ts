import { buildSchema, getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawSocket } from './raw-socket.ts';
import { type Answer, openStage, post, type Stage } from './stage.ts';

const schema = buildSchema(`
  enum Colour { CRIMSON }
  input Wish { colour: Colour, wheelchair: Boolean }
  type Query { seats(wish: Wish): String }
`);

/** Each misspells a name of the schema, or asks for the schema. */
const probes: readonly [string, string, Record<string, unknown>?][] = [
  ['a field', '{ seat }'],
  ['an argument', '{ seats(wihs: {}) }'],
  ['a field of an input', '{ seats(wish: { color: CRIMSON }) }'],
  ['a value', '{ seats(wish: { colour: CRIMSOM }) }'],
  ['a type', 'query ($wish: Wihs) { seats(wish: $wish) }'],
  ['a field of a variable', 'query ($wish: Wish) { seats(wish: $wish) }', { wish: { color: 'CRIMSON' } }],
  ['a value of a variable', 'query ($wish: Wish) { seats(wish: $wish) }', { wish: { colour: 'CRIMSOM' } }],
];

type Run = (stage: Stage, query: string, variables?: Record<string, unknown>) => Promise<Answer['body']>;

const overHttp: Run = async (stage, query, variables = {}) => (await post(stage, query, { variables })).body;

const overWebsocket: Run = async (stage, query, variables = {}) => {
  using raw = await RawSocket.connect(stage);
  raw.subscribe('1', query, variables);
  const [first] = await raw.outcome('1');
  return (first?.type === 'error' ? { errors: first.payload } : first?.payload) as Answer['body'];
};

describe.each([
  ['HTTP', overHttp],
  ['websocket', overWebsocket],
])('over %s', (_transport, run) => {
  let open: Stage;
  let discreet: Stage;
  beforeAll(async () => {
    open = await openStage({ schema, introspection: true });
    discreet = await openStage({ schema, introspection: false });
  });
  afterAll(() => Promise.all([open, discreet].map((stage) => stage[Symbol.asyncDispose]())));

  test.each(probes)('a name like that of %s is suggested only with introspection', async (_what, query, variables) => {
    const suggested = (await run(open, query, variables)).errors?.[0];
    expect(suggested?.message).toMatch(/ Did you mean .*\?$/);
    const { data, errors } = await run(discreet, query, variables);
    expect(data ?? null).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: suggested?.extensions?.code } }]);
    expect(JSON.stringify(errors)).not.toMatch(/Did you mean|wheelchair/);
    expect(suggested?.message.startsWith(String(errors?.[0]?.message))).toBe(true);
  });

  test.each([
    getIntrospectionQuery(),
    '{ __schema { queryType { name } } }',
    '{ __type(name: "Wish") { name } }',
    '{ ...Sly } fragment Sly on Query { seats a: __schema { types { name } } }',
  ])('the schema is told only with introspection', async (query) => {
    expect((await run(open, query)).errors).toBeUndefined();
    const { data, errors } = await run(discreet, query);
    expect(data).toBeUndefined();
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    expect(errors?.[0]?.message).toMatch(/^GraphQL introspection has been disabled/);
  });

  test("type names can always be selected, because clients' caches need them", async () => {
    expect(await run(discreet, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  });
});
