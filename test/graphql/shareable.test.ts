import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createSchema } from '../../src/graphql/schema.ts';
import { shareable } from '../../src/graphql/shared-subscriptions/shareable.ts';

const schema = createSchema([]);

function verdict(source: string, variables: Record<string, unknown> = { id: 'event_1' }) {
  const document = parse(source);
  expect(validate(schema, document)).toEqual([]);
  return shareable(schema, document, undefined, variables);
}

describe('is shared', () => {
  test.each([
    [
      'a seat map',
      'subscription ($id: ID!) { seatMap(eventId: $id) { __typename ... on SeatMapDelta { seats { index } } } }',
    ],
    ['counts', 'subscription ($id: ID!) { availability(eventId: $id) { total available } }'],
    [
      'one with fragments and aliases',
      `subscription ($id: ID!) { map: seatMap(eventId: $id) { ...Update } }
       fragment Update on SeatMapUpdate { ... on SeatMapSnapshot { n: revision availability { ...Counts } } }
       fragment Counts on Availability { total }`,
    ],
  ])('%s', (_, source) => {
    expect(verdict(source)).toMatchObject({ eventId: 'event_1' });
  });

  test.each([
    ['behind a condition', 'subscription ($id: ID!) { availability(eventId: $id) @include(if: true) { total } }'],
    [
      'in a fragment',
      'subscription ($id: ID!) { ...Root } fragment Root on Subscription { availability(eventId: $id) { total } }',
    ],
    [
      'in an inline fragment',
      'subscription ($id: ID!) { ... on Subscription { availability(eventId: $id) { total } } }',
    ],
  ])('with its root field %s', (_, source) => {
    expect(verdict(source)).toMatchObject({ field: 'availability', eventId: 'event_1' });
  });

  test('beside a private operation in its document', () => {
    const document = parse('subscription A { availability(eventId: "event_2") { total } } query B { viewer { id } }');
    expect(shareable(schema, document, 'A', {})).toMatchObject({ field: 'availability', eventId: 'event_2' });
  });

  test('with its size, fragments counted as often as they are spread', () => {
    const source = `subscription ($id: ID!) { seatMap(eventId: $id) { ...A ... on SeatMapDelta { a: seats { ...S } b: seats { ...S } } } }
      fragment A on SeatMapSnapshot { statuses again: statuses }
      fragment S on SeatState { index status }`;
    expect(verdict(source)?.size).toEqual({ fields: 9, maps: 2 });
  });

  test('with the event in the document', () => {
    expect(verdict('subscription { availability(eventId: "event_2") { total } }', {})).toMatchObject({
      field: 'availability',
      eventId: 'event_2',
    });
  });
});

describe('an event is shared', () => {
  test('if only its own fields are selected', () => {
    const source = 'subscription ($id: ID!) { event(id: $id) { __typename id name salesStatus startsAt revision } }';
    expect(verdict(source)).toMatchObject({ field: 'event', eventId: 'event_1', since: null });
  });

  test.each(['seatMap { statuses }', 'availability { total }', 'categories { id }', 'seats { totalCount }'])(
    'not with %s, which is read for each',
    (fields) => {
      expect(verdict(`subscription ($id: ID!) { event(id: $id) { id ${fields} } }`)).toBeNull();
    },
  );
});

describe('since', () => {
  test.each([
    ['a variable', 'subscription ($id: ID!, $since: Int) { seatMap(eventId: $id, since: $since) { __typename } }'],
    ['written out', 'subscription ($id: ID!) { seatMap(eventId: $id, since: 7) { __typename } }'],
  ])('as %s is the subscriber’s own, and makes no other operation', (_, source) => {
    const found = verdict(source, { id: 'event_1', since: 7 });
    expect(found).toMatchObject({ since: 7, variables: { id: 'event_1' } });
    expect(Object.keys(found?.variables ?? {})).toEqual(['id']);
  });

  test('may be left out, or null', () => {
    const source = 'subscription ($id: ID!, $since: Int) { seatMap(eventId: $id, since: $since) { __typename } }';
    expect([verdict(source)?.since, verdict(source, { id: 'event_1', since: null })?.since]).toEqual([null, null]);
  });
});

describe('variables', () => {
  const counts = 'subscription ($id: ID = "event_3") { availability(eventId: $id) { total } }';

  test('count with their defaults, and only those that the operation declares', () => {
    expect(verdict(counts, {})).toMatchObject({ eventId: 'event_3', variables: { id: 'event_3' } });
    expect(verdict(counts, { id: 'event_4', other: 1 })?.variables).toEqual({ id: 'event_4' });
  });

  test.each([[{ id: null }], [{ id: { no: 'id' } }]])(
    'that the operation cannot take are left to the usual way: %j',
    (given) => {
      expect(verdict(counts, given)).toBeNull();
    },
  );
});

describe('is not shared', () => {
  test.each([
    ['what belongs to a viewer', 'subscription ($id: ID!) { reservation(id: $id) { id status } }'],
    ['a query', 'query ($id: ID!) { event(id: $id) { availability { total } } }'],
    [
      'a root field that is left out',
      'subscription ($id: ID!) { availability(eventId: $id) @include(if: false) { total } }',
    ],
    [
      'what belongs to a viewer, beside a public operation in its document',
      'subscription A { availability(eventId: "event_2") { total } } subscription B($id: ID!) { reservation(id: $id) { id } }',
    ],
  ])('%s', (_, source) => {
    const document = parse(source);
    const operationName = source.includes('subscription A') ? 'B' : undefined;
    expect(shareable(schema, document, operationName, { id: 'event_1' })).toBeNull();
  });
});

test('every type that can be shared has only fields of public types', () => {
  const scalars = new Set(['Int', 'ID', 'PackedSeatChanges', 'PackedSeatStatuses', 'SeatStatus', 'Boolean', 'String']);
  const fieldTypes = ['SeatMapSnapshot', 'SeatMapDelta', 'SeatState', 'Availability'].flatMap((name) => {
    const type = schema.getType(name);
    if (type === undefined || !('getFields' in type)) throw new Error(`${name} has no fields`);
    return Object.values(type.getFields()).map((field) => String(field.type).replaceAll(/[![\]]/g, ''));
  });
  expect(fieldTypes.filter((name) => !scalars.has(name) && !['SeatState', 'Availability'].includes(name))).toEqual([]);
});
