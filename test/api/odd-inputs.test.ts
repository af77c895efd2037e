import fc from 'fast-check';
import {
  type GraphQLField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { EventsDocument } from '../../src/client/generated/documents.ts';
import { createSchema } from '../../src/graphql/schema.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf, send } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { type Offer, offer } from './venue.ts';

/** Most runs test each kind of value for each argument. Failures print their seed. */
const RUNS = 40;

const database = await testDatabase();
const schema = createSchema([{}]);
let node: App;
let hamlet: Offer;
let cursor: string;
beforeAll(async () => {
  node = await startNode({ env: { DATABASE_URL: database.url } });
  hamlet = await offer(node);
  const { events } = await dataOf(node.graphqlUrl, EventsDocument, {});
  cursor = events.pageInfo.endCursor ?? '';
});
afterAll(() => node?.[Symbol.asyncDispose]());

const cursorOf = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const id = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';

const oddCursors = [
  cursorOf({ startsAtMs: null, id }),
  cursorOf({ startsAtMs: -1, id }),
  cursorOf({ startsAtMs: 0.5, id }),
  cursorOf({ startsAtMs: 8e15, id }),
  cursorOf({ atMs: 0.1 + 0.2, id }),
  cursorOf({ atMs: 253_402_300_799_999, id: '00000000-0000-0000-0000-000000000000' }),
  cursorOf({ index: -2_147_483_648 }),
  cursorOf({ index: 2_147_483_647 }),
  cursorOf({ index: 2_147_483_648 }),
  cursorOf({ index: Number.NaN }),
  Buffer.from('{"index":1e400}').toString('base64url'),
  Buffer.from('{"atMs":-0,"id":"\0"}').toString('base64url'),
];

/** A function, because the event's id is known only when values are drawn. */
const oddText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    '\udfff',
    '\ufeff',
    "'; drop table seats",
    '%',
    'NaN',
    '1e400',
    '-1',
  ),
  fc.constantFrom(...oddCursors),
  fc.nat().map(() => hamlet.eventId),
  fc.nat().map(() => `${hamlet.eventId}\0`),
  fc.nat().map((nth) => hamlet.seatIds[nth % hamlet.seatIds.length] ?? ''),
  fc.nat().map((nth) => hamlet.eventId.replace('event', 'seat').concat(`_${nth}`)),
  fc.nat().map((nth) => hamlet.eventId.replace('event', 'category').concat(`_${nth}`)),
  fc.nat().map(() => `reservation_${'z'.repeat(22)}_${'z'.repeat(22)}`),
  fc.nat().map(() => `reservation_${hamlet.eventId.slice(6)}_${hamlet.eventId.slice(6)}`),
  fc.nat().map(() => `booking_${hamlet.eventId.slice(6)}_${hamlet.eventId.slice(6)}`),
  fc.nat().map(() => cursor),
  fc.constant('x'.repeat(9_999)),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const oddNumber = fc.oneof(
  fc.constantFrom(-1, 0, 1, 100, 101, 50_000, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 0.5),
  fc.integer(),
);
const oddMoment = fc.oneof(
  fc.constantFrom('0000-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '1969-12-31T23:59:59Z', '2030-02-30T00:00:00Z'),
  oddText,
);
const odd: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  Int: oddNumber,
  Float: oddNumber,
  Boolean: fc.boolean(),
  Amount: oddNumber,
  DateTime: oddMoment,
};

/** Values of the type, and sometimes of another. */
function valueFor(type: GraphQLInputType): fc.Arbitrary<unknown> {
  const anything = { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) };
  if (isNonNullType(type)) return fc.oneof({ weight: 20, arbitrary: ofKind(type.ofType) }, anything);
  return fc.oneof({ weight: 15, arbitrary: ofKind(type) }, { weight: 5, arbitrary: fc.constant(null) }, anything);
}

function ofKind(type: GraphQLInputType): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return ofKind(type.ofType);
  if (isListType(type)) return fc.array(valueFor(type.ofType), { maxLength: 4 });
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (!isInputObjectType(type)) return odd[type.name] ?? oddText;
  return fc.record(
    Object.fromEntries(Object.values(type.getFields()).map((field) => [field.name, valueFor(field.type)])),
  );
}

type Field = GraphQLField<unknown, unknown>;

/** A field with arguments, and the operation around it. */
interface Asked {
  readonly name: string;
  readonly field: Field;
  readonly text: (call: string) => string;
  readonly kind: 'query' | 'mutation';
}

const fieldsOf = (name: string) => {
  const type = schema.getType(name);
  return isObjectType(type) ? Object.values(type.getFields()).filter(({ args }) => args.length > 0) : [];
};
const within = (type: string, kind: Asked['kind'], text: Asked['text']): Asked[] =>
  fieldsOf(type).map((field) => ({ name: `${type}.${field.name}`, field, kind, text }));
const asked = [
  ...within('Query', 'query', (call) => call),
  ...within('Event', 'query', (call) => `event(id: "${hamlet.eventId}") { ${call} }`),
  ...within('Viewer', 'query', (call) => `viewer { ${call} }`),
  ...within('Mutation', 'mutation', (call) => call),
];

function operationOf({ field, kind, text }: Asked): string {
  const declared = field.args.map(({ name, type }) => `$${name}: ${type}`).join(', ');
  const given = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const connection = /Connection!?$/.test(`${field.type}`)
    ? 'edges { cursor node { __typename } } nodes { __typename } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }'
    : '';
  const counted = `${field.type}` === 'SeatConnection!' ? 'totalCount' : '';
  return `${kind} (${declared}) { ${text(`${field.name}(${given}) { __typename ${connection} ${counted} }`)} }`;
}

test.each(asked)('$name never fails on what it is given', async (one) => {
  const token = await tokenFor('the odd one', ['ORGANIZER']);
  const variables = fc.record(Object.fromEntries(one.field.args.map(({ name, type }) => [name, valueFor(type)])));
  await fc.assert(
    fc.asyncProperty(variables, fc.boolean(), async (given, isSignedIn) => {
      const { errors = [] } = await send(node.graphqlUrl, operationOf(one), given, isSignedIn ? token : undefined);
      expect(errors.filter(({ extensions }) => extensions?.code === 'INTERNAL_SERVER_ERROR')).toEqual([]);
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
  );
});
