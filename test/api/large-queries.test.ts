import { getIntrospectionQuery } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { App } from '../../src/app.ts';
import { EventSectionsDocument } from '../../src/client/generated/documents.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf } from '../support/graphql.ts';
import { startNode } from '../support/node.ts';
import { offer } from './venue.ts';

const database = await testDatabase();
let node: App;
let eventId: string;
beforeAll(async () => {
  node = await startNode({ env: { DATABASE_URL: database.url } });
  ({ eventId } = await offer(node, { seats: 1_200 }));
});
afterAll(() => node?.[Symbol.asyncDispose]());

const everySeat =
  'sections { name rows { name seats { id index label section row number position { x y } accessible category { id name price { amount currency } } } } }';
const aliased = (count: number, field: string) =>
  Array.from({ length: count }, (_, number) => `a${number}: ${field}`).join(' ');

const pagesOf = (first: string) =>
  `events(first: ${first}) { edges { node { seats(first: ${first}) { edges { node { id index label section row number } } } } } }`;

const nodesOf = (page: string) =>
  `events(${page}) { nodes { seats(${page}) { nodes { id index label section row number } } } }`;

interface Refused {
  readonly status: number;
  readonly body: { readonly data?: unknown; readonly errors?: readonly { message: string; extensions: object }[] };
}

async function post(query: string, variables: object = {}, graphqlUrl = node.graphqlUrl): Promise<Refused> {
  const body = JSON.stringify({ query, variables });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(graphqlUrl, { method: 'POST', headers, body });
  return { status: response.status, body: (await response.json()) as Refused['body'] };
}

const tooLarge = {
  status: 400,
  body: {
    errors: [
      {
        message: expect.stringMatching(/^The operation costs \d+; 50000 is the most/),
        extensions: { code: 'QUERY_TOO_LARGE', cost: expect.any(Number), limit: 50_000 },
      },
    ],
  },
};

describe('a useful operation is answered:', () => {
  test('a whole map with its statuses', async () => {
    const { event } = await dataOf(node.graphqlUrl, EventSectionsDocument, { eventId });
    expect(event?.seatMap.sections.flatMap(({ rows }) => rows.flatMap(({ seats }) => seats))).toHaveLength(1_200);
  });

  test('a whole map, with the same bytes compressed and uncompressed', async () => {
    const query = `query ($id: ID!) { event(id: $id) { seatMap { ${everySeat} } } }`;
    const body = JSON.stringify({ query, variables: { id: eventId } });
    const answers = ['identity', 'gzip', 'br'].map(async (encoding) => {
      const headers = { 'content-type': 'application/json', 'accept-encoding': encoding };
      const answer = await fetch(node.graphqlUrl, { method: 'POST', headers, body });
      return { encoding: answer.headers.get('content-encoding'), text: await answer.text() };
    });
    const [plain, gzip, brotli] = await Promise.all(answers);
    expect([plain?.encoding, gzip?.encoding, brotli?.encoding]).toEqual([null, 'gzip', 'br']);
    expect(JSON.parse(plain?.text ?? '').data.event.seatMap.sections).not.toEqual([]);
    expect([gzip?.text, brotli?.text]).toEqual([plain?.text, plain?.text]);
  });

  test('every seat with its status', async () => {
    const query = `query ($id: ID!) { event(id: $id) { seatMap { sections { rows { seats { index status reservedByViewer } } } } } }`;
    const { body } = await post(query, { id: eventId });
    expect(body.errors).toBeUndefined();
    const { sections } = Object(body.data).event.seatMap;
    const seats = sections.flatMap(({ rows }: { rows: { seats: object[] }[] }) => rows.flatMap((row) => row.seats));
    const free = (index: number) => ({ index, status: 'AVAILABLE', reservedByViewer: false });
    expect(seats).toEqual(Array.from({ length: 1_200 }, (_, index) => free(index)));
  });

  test('the introspection of a code generator', async () => {
    expect((await post(getIntrospectionQuery())).body.errors).toBeUndefined();
  });
});

describe('an operation that costs too much is refused before it runs:', () => {
  const dear: readonly [string, string, object?][] = [
    ['maps of many events', `{ events(first: 100) { edges { node { seatMap { ${everySeat} } } } } }`],
    ['pages of seats of many events', `{ ${aliased(25, pagesOf('100'))} }`],
    ['pages named by a variable', `query ($n: Int) { ${aliased(25, pagesOf('$n'))} }`, { n: 100 }],
    ['pages named by a default', `query ($n: Int = 100) { ${aliased(25, pagesOf('$n'))} }`],
    ['pages of nodes', `{ ${aliased(25, nodesOf('first: 100'))} }`],
    ['pages from the end', `{ ${aliased(25, nodesOf('last: 100'))} }`],
    [
      'pages from the end, by a variable',
      `query ($n: Int, $f: Int) { ${aliased(25, nodesOf('first: $f, last: $n'))} }`,
      { n: 100, f: null },
    ],
    [
      'what fragments multiply',
      `{ ${['a', 'b', 'c', 'd', 'e'].map((name) => `${name}: events(first: 100) { ...Page }`).join(' ')} }
      fragment Page on EventConnection { edges { node { ...All } } } fragment All on Event { ${aliased(6, '__typename seats(first: 100) { ...Seats }')} }
      fragment Seats on SeatConnection { edges { node { id label row number } } }`,
    ],
  ];
  test.each(dear)('%s', async (_, query, variables) => {
    expect(await post(query, variables)).toMatchObject(tooLarge);
  });
});

test('an event that is not in memory counts with its real size, before the operation runs', async () => {
  await using other = await startNode({ env: { DATABASE_URL: database.url } });
  const maps = (count: number) => `{ event(id: "${eventId}") { ${aliased(count, `seatMap { ${everySeat} }`)} } }`;
  expect(await post(maps(5), {}, other.graphqlUrl)).toMatchObject(tooLarge);
  expect((await post(maps(1), {}, other.graphqlUrl)).body.errors).toBeUndefined();
  const none = maps(5).replace(eventId, 'event_0000000000000000000000');
  expect(await post(none, {}, other.graphqlUrl)).toEqual({ status: 200, body: { data: { event: null } } });
});

test('twenty statements are the most', async () => {
  const statuses = (count: number) => `{ events(first: ${count}) { nodes { seatMap { revision } } } }`;
  expect((await post(statuses(18))).body.errors).toBeUndefined();
  expect(await post(statuses(20))).toMatchObject(tooLarge);
});

test('a hundred events with their counts, prices and layouts are one page', async () => {
  const fields =
    'name venue startsAt salesStatus availability { total available } categories { name } seatMap { layoutUrl }';
  expect((await post(`{ events(first: 100) { nodes { ${fields} } } }`)).body.errors).toBeUndefined();
});

test('over websockets only the operation is refused', async () => {
  const client = createClient({ url: node.graphqlUrl.replace('http', 'ws'), webSocketImpl: WebSocket });
  const answer = (query: string) =>
    new Promise((resolve) => {
      client.subscribe({ query }, { next: resolve, error: resolve, complete: () => {} });
    });
  const query = `{ events(first: 100) { edges { node { seatMap { ${everySeat} } } } } }`;
  expect(await answer(query)).toMatchObject(tooLarge.body.errors);
  expect(await answer('{ viewer { id } }')).toEqual({ data: { viewer: null } });
  await client.dispose();
});

test('a large answer over a websocket equals that over HTTP, and the operation ends', async () => {
  const { eventId: large } = await offer(node, { seats: 2_500 });
  const query = `{ event(id: "${large}") { seatMap { ${everySeat} } } }`;
  const client = createClient({ url: node.graphqlUrl.replace('http', 'ws'), webSocketImpl: WebSocket });
  const answers: unknown[] = [];
  await new Promise<void>((resolve, reject) => {
    client.subscribe({ query }, { next: (answer) => answers.push(answer), error: reject, complete: resolve });
  });
  expect(answers).toEqual([(await post(query)).body]);
  await client.dispose();
});

describe('a document that is too large is refused before it is read:', () => {
  const documents: readonly [string, string][] = [
    ['selections within selections', `${'{ viewer '.repeat(2_500)}${'}'.repeat(2_500)}`],
    ['lists within lists', `{ event(id: ${'['.repeat(2_500)}${']'.repeat(2_500)}) { id } }`],
    ['objects within objects', `{ event(id: ${'{ a: '.repeat(2_500)} 1 ${'}'.repeat(2_500)}) { id } }`],
    ['types within types', `query ($x: ${'['.repeat(2_500)}ID${']'.repeat(2_500)}) { viewer { id } }`],
    ['a name of many letters', `{ ${'x'.repeat(200_000)} }`],
    ['one field again and again', `{ ${'viewer { id } '.repeat(300)} }`],
    [
      'hundreds of aliases',
      `{ ${['a', 'b', 'c', 'd'].map((name) => `${name}: viewer { ${aliased(151, 'id')} }`).join(' ')} }`,
    ],
    ['hundreds of directives', `{ viewer { id ${'@include(if: true) '.repeat(101)} } }`],
    [
      'many fragments',
      `{ ...F0 } ${Array.from({ length: 41 }, (_, at) => `fragment F${at} on Query { __typename }`).join(' ')}`,
    ],
    ['many operations', Array.from({ length: 21 }, (_, at) => `query Q${at} { __typename }`).join(' ')],
  ];
  test.each(documents)('%s', async (_, query) => {
    expect(await post(query)).toMatchObject({
      status: 400,
      body: {
        errors: [
          {
            message: expect.stringMatching(/^The document has \d+ .* is the most$/),
            extensions: { code: 'QUERY_TOO_LARGE' },
          },
        ],
      },
    });
  });
});

test('nested types are not reported', async () => {
  const query =
    '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }';
  expect(await post(query)).toMatchObject({ status: 400, body: { errors: [expect.anything()] } });
});

test('a document with many faults gets ten errors', async () => {
  const { status, body } = await post(`{ ${Array.from({ length: 150 }, (_, at) => `wrong${at}`).join(' ')} }`);
  expect(status).toBe(400);
  expect(body.errors?.length).toBeLessThanOrEqual(11);
});

describe('variables are bounded before they are read:', () => {
  const reserve = 'mutation ($input: ReserveSeatsInput!) { reserveSeats(input: $input) { __typename } }';
  const inputs: readonly [string, string, object, RegExp][] = [
    [
      'a list',
      reserve,
      { input: { eventId: 'x', seatIds: new Array(60_000).fill('x') } },
      /^Variable '\$input\.seatIds' has 60000 items; 50000 is the most/,
    ],
    [
      'a text',
      'query ($id: ID!) { event(id: $id) { id } }',
      { id: 'x'.repeat(200_000) },
      /^Variable '\$id' has 200000 characters; 10000 is the most/,
    ],
    [
      'a text in a list',
      reserve,
      { input: { eventId: 'x', seatIds: ['x', 'y'.repeat(20_000)] } },
      /^Variable '\$input\.seatIds\[1\]' has 20000/,
    ],
    [
      'an object for a text',
      'query ($id: ID!) { event(id: $id) { id } }',
      { id: { deep: [] } },
      /^Variable '\$id' is no ID/,
    ],
  ];
  test.each(inputs)('%s', async (_, query, variables, message) => {
    expect(await post(query, variables)).toMatchObject({
      status: 400,
      body: { errors: [{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }] },
    });
  });
});
