import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import {
  BlockSeatsDocument,
  ConfirmReservationDocument,
  type EventFilter,
  EventsDocument,
  MyBookingsDocument,
  MyReservationsDocument,
  type PageEndsFragment,
  ReserveSeatsDocument,
  SeatsDocument,
  type SeatsQueryVariables,
  SetSalesStatusDocument,
} from '../../src/client/generated/documents.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf, send } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { type Offer, offer, organizerToken, reserve, seatAt } from './venue.ts';

const database = await testDatabase();
let node: App;
let hamlet: Offer;
beforeAll(async () => {
  node = await startNode({ env: { DATABASE_URL: database.url, MAX_ACTIVE_RESERVATIONS: '1000' } });
  hamlet = await offer(node, { seats: 205, name: 'Page 0' });
});
afterAll(() => node?.[Symbol.asyncDispose]());

interface Page {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[];
  readonly pageInfo: PageEndsFragment;
}

const nowhere: PageEndsFragment = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };

/** Ids of all pages in order. `between` runs before each page except the first. */
async function walk(read: (after: string | null) => Promise<Page>, between = async () => {}): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; await between()) {
    const { edges, pageInfo }: Page = await read(after);
    ids.push(...edges.map(({ node: { id } }) => id));
    expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
    if (!pageInfo.hasNextPage) return ids;
    expect(pageInfo.endCursor).not.toBe(after);
    after = pageInfo.endCursor;
  }
}

/** Ids of all pages from the last to the first, in the order of the list. */
async function walkBack(read: (before: string | null) => Promise<Page>): Promise<string[]> {
  const pages: string[][] = [];
  for (let before: string | null = null; ; ) {
    const { edges, pageInfo }: Page = await read(before);
    pages.unshift(edges.map(({ node: { id } }) => id));
    expect(pageInfo).toMatchObject({ startCursor: edges[0]?.cursor ?? null, hasNextPage: before !== null });
    if (!pageInfo.hasPreviousPage) return pages.flat();
    before = pageInfo.startCursor;
  }
}

const events = async (first: number | null, after: string | null): Promise<Page> =>
  (await dataOf(node.graphqlUrl, EventsDocument, { first, after })).events;

async function reservations(token: string, first: number | null, after: string | null): Promise<Page> {
  const { viewer } = await dataOf(node.graphqlUrl, MyReservationsDocument, { first, after }, token);
  return viewer?.reservations ?? expect.fail();
}

async function bookings(token: string, first: number | null, after: string | null): Promise<Page> {
  const { viewer } = await dataOf(node.graphqlUrl, MyBookingsDocument, { first, after }, token);
  return viewer?.bookings ?? expect.fail();
}

async function seats(variables: Omit<SeatsQueryVariables, 'eventId'>) {
  const { event } = await dataOf(node.graphqlUrl, SeatsDocument, { eventId: hamlet.eventId, ...variables });
  return event?.seats ?? expect.fail();
}

async function book(index: number, token: string): Promise<string> {
  const { id: reservationId } = await reserve(node, hamlet, [index], token);
  const { confirmReservation } = await dataOf(
    node.graphqlUrl,
    ConfirmReservationDocument,
    { input: { reservationId } },
    token,
  );
  return confirmReservation.__typename === 'Booking' ? confirmReservation.id : expect.fail();
}

describe('seats', () => {
  test('come in plan order, each once, with any page size', async () => {
    for (const first of [1, 7, 100]) {
      const limit = first === 1 ? 10 : 205;
      const ids: string[] = [];
      for (let after: string | null = null; ids.length < limit; ) {
        const page: Page & { totalCount: number } = await seats({ first, after });
        expect(page.totalCount).toBe(205);
        ids.push(...page.edges.map(({ node: { id } }) => id));
        after = page.pageInfo.endCursor;
      }
      expect(ids).toEqual(hamlet.seatIds.slice(0, limit));
    }
    expect(await walk((after) => seats({ first: 50, after }))).toEqual(hamlet.seatIds);
  });

  test('are 20 a page by default, and none if none are requested', async () => {
    for (const first of [undefined, null])
      expect((await seats(first === undefined ? {} : { first })).edges).toHaveLength(20);
    expect(await seats({ first: 0 })).toEqual({
      totalCount: 205,
      edges: [],
      pageInfo: { ...nowhere, hasNextPage: true },
    });
    let after: string | null = null;
    for (const first of [100, 100, 5]) after = (await seats({ first, after })).pageInfo.endCursor;
    const behind = await seats({ first: 5, after });
    expect(behind).toEqual({ totalCount: 205, edges: [], pageInfo: { ...nowhere, hasPreviousPage: true } });
  });

  test('are filtered and counted by status and category', async () => {
    const buyer = await tokenFor('a buyer of some');
    const [reserved, booked, blocked] = [200, 201, 204];
    await reserve(node, hamlet, [reserved], buyer);
    await book(booked, buyer);
    const input = { eventId: hamlet.eventId, seatIds: [seatAt(hamlet.seatIds, blocked)] };
    await dataOf(node.graphqlUrl, BlockSeatsDocument, { input }, await organizerToken);
    for (const [status, index] of [
      ['RESERVED', reserved],
      ['BOOKED', booked],
      ['BLOCKED', blocked],
    ] as const) {
      expect(await seats({ status })).toMatchObject({ totalCount: 1, edges: [{ node: { index, status } }] });
    }
    const free = await walk((after) => seats({ status: 'AVAILABLE', first: 60, after }));
    const taken = new Set([reserved, booked, blocked]);
    expect(free).toEqual(hamlet.seatIds.filter((_, index) => !taken.has(index)));

    const { edges } = await seats({ first: 1 });
    const categoryId = edges[0]?.node.category.id ?? '';
    const front = hamlet.seatIds.filter((_, index) => index % 10 < 5);
    expect((await seats({ categoryId })).totalCount).toBe(front.length);
    expect(await walk((after) => seats({ categoryId, first: 30, after }))).toEqual(front);
    expect(await seats({ categoryId, status: 'BOOKED' })).toMatchObject({
      totalCount: 1,
      edges: [{ node: { index: booked } }],
    });
    const elsewhere = await offer(node);
    const nothing = { totalCount: 0, edges: [], pageInfo: nowhere };
    const other = categoryId.replace(/_.*_/, `_${elsewhere.eventId.split('_')[1]}_`);
    expect(other).not.toBe(categoryId);
    for (const id of [other, 'x', `${categoryId}7`]) expect(await seats({ categoryId: id })).toEqual(nothing);
  });
});

describe('events', () => {
  test('come soonest first, each once, also those that start together, while others are created', async () => {
    const startsAt = '2029-01-01T20:00:00.000Z';
    const made = await Promise.all(
      Array.from({ length: 23 }, (_, at) => offer(node, { startsAt, name: `Twin ${at}` })),
    );
    let created = 0;
    const createMore = async () => {
      await offer(node, { startsAt: '2028-01-01T20:00:00.000Z', name: `Earlier ${++created}` });
      await offer(node, { startsAt, name: `Another twin ${created}` });
    };
    const ids = await walk((after) => events(5, after), createMore);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(expect.arrayContaining([...made.map(({ eventId }) => eventId), hamlet.eventId]));

    const { edges } = (await dataOf(node.graphqlUrl, EventsDocument, { first: 100 })).events;
    const starts = edges.map(({ node: event }) => event.startsAt);
    expect(starts).toEqual(starts.toSorted());
  });

  test('that are over are not on sale, and listed only when asked for', async () => {
    const startsAt = '2020-01-01T20:00:00.000Z';
    const over = await offer(node, { startsAt, name: 'Café of the Past' });
    const token = await organizerToken;
    const opened = await dataOf(
      node.graphqlUrl,
      SetSalesStatusDocument,
      { input: { eventId: over.eventId, salesStatus: 'ON_SALE' } },
      token,
    );
    expect(opened.setSalesStatus).toMatchObject({ salesStatus: 'CLOSED' });
    const input = { eventId: over.eventId, seatIds: over.seatIds.slice(0, 1) };
    const { reserveSeats } = await dataOf(node.graphqlUrl, ReserveSeatsDocument, { input }, token);
    expect(reserveSeats).toMatchObject({ __typename: 'SalesNotOpen', salesStatus: 'CLOSED' });
    const named = async (filter: EventFilter | null) =>
      (await dataOf(node.graphqlUrl, EventsDocument, { filter, first: 100 }, token)).events.edges.map(
        ({ node: event }) => event.name,
      );
    expect(await named(null)).not.toContain('Café of the Past');
    expect(await named({ search: 'cafe' })).toEqual([]);
    expect(await named({ search: ' CAFE ', from: startsAt })).toEqual(['Café of the Past']);
    expect(await named({ from: startsAt, to: startsAt, salesStatus: ['CLOSED'] })).toEqual(['Café of the Past']);
    expect(await named({ from: startsAt, to: startsAt, salesStatus: ['ON_SALE'] })).toEqual([]);
    for (const search of ['x'.repeat(201), 'a\0b', 'a\ud800']) {
      const { errors } = await send(node.graphqlUrl, EventsDocument, { filter: { search } });
      expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', argumentName: 'filter' } });
    }
  });

  test('are 20 a page by default, and none if none are requested', async () => {
    expect((await events(null, null)).edges).toHaveLength(20);
    expect(await events(0, null)).toEqual({ edges: [], pageInfo: { ...nowhere, hasNextPage: true } });
  });
});

describe("a viewer's own lists", () => {
  test('reservations come newest first, each once, while more are made', async () => {
    const token = await tokenFor('a collector of reservations');
    const made = await Promise.all(
      Array.from({ length: 25 }, async (_, at) => (await reserve(node, hamlet, [at], token)).id),
    );
    let index = 30;
    const ids = await walk(
      (after) => reservations(token, 4, after),
      async () => void (await reserve(node, hamlet, [index++], token)),
    );
    expect(ids.toSorted()).toEqual(made.toSorted());
    expect((await reservations(token, null, null)).edges).toHaveLength(20);
    expect((await reservations(token, 1, null)).edges[0]?.node).toMatchObject({ seats: [{ index: index - 1 }] });
    expect((await reservations(token, 0, null)).pageInfo).toEqual({ ...nowhere, hasNextPage: true });
  });

  test('reservations of some statuses only', async () => {
    const token = await tokenFor('a collector of statuses');
    await reserve(node, hamlet, [60], token);
    await book(61, token);
    const asked = async (status: readonly ('ACTIVE' | 'CONFIRMED' | 'EXPIRED' | 'CANCELLED')[] | null) => {
      const { viewer } = await dataOf(node.graphqlUrl, MyReservationsDocument, { status }, token);
      return viewer?.reservations.edges.map(({ node: reservation }) => reservation.status);
    };
    expect(await asked(null)).toEqual(['CONFIRMED', 'ACTIVE']);
    expect(await asked(['ACTIVE'])).toEqual(['ACTIVE']);
    expect(await asked(['ACTIVE', 'CONFIRMED'])).toEqual(['CONFIRMED', 'ACTIVE']);
    expect(await asked(['EXPIRED', 'CANCELLED'])).toEqual([]);
    expect(await asked([])).toEqual([]);
  });

  test('bookings come newest first, each once, while more are made', async () => {
    const token = await tokenFor('a collector of bookings');
    const made = await Promise.all(Array.from({ length: 13 }, (_, at) => book(100 + at, token)));
    let index = 120;
    const ids = await walk(
      (after) => bookings(token, 3, after),
      async () => void (await book(index++, token)),
    );
    expect(ids.toSorted()).toEqual(made.toSorted());
    expect((await bookings(token, 0, null)).edges).toEqual([]);
    expect((await bookings(token, null, null)).edges[0]?.node).toMatchObject({ seats: [{ index: index - 1 }] });
  });
});

describe('backwards', () => {
  test('seats come in plan order too, each once, also with filters', async () => {
    expect(await walkBack((before) => seats({ last: 50, before }))).toEqual(hamlet.seatIds);
    const categoryId = (await seats({ first: 1 })).edges[0]?.node.category.id ?? '';
    const wanted = { status: 'AVAILABLE', categoryId } as const;
    const forwards = await walk((after) => seats({ ...wanted, first: 30, after }));
    expect(await walkBack((before) => seats({ ...wanted, last: 7, before }))).toEqual(forwards);
  });

  test('events and what a viewer has come in the order of their lists, each once', async () => {
    const token = await tokenFor('a reader from the end');
    for (const index of [150, 151, 152, 153, 154]) await reserve(node, hamlet, [index], token);
    for (const index of [160, 161, 162]) await book(index, token);
    const lists: readonly ((page: PageVariables) => Promise<Page>)[] = [
      async (page) => (await dataOf(node.graphqlUrl, EventsDocument, page)).events,
      async (page) =>
        (await dataOf(node.graphqlUrl, MyReservationsDocument, page, token)).viewer?.reservations ?? expect.fail(),
      async (page) =>
        (await dataOf(node.graphqlUrl, MyBookingsDocument, page, token)).viewer?.bookings ?? expect.fail(),
    ];
    for (const read of lists) {
      const ids = await walk((after) => read({ first: 2, after }));
      expect(ids.length).toBeGreaterThanOrEqual(3);
      expect(await walkBack((before) => read({ last: 2, before }))).toEqual(ids);
      expect(await read({ last: 0 })).toEqual({ edges: [], pageInfo: { ...nowhere, hasPreviousPage: true } });
    }
  });

  test('a part between two cursors has what lies between them', async () => {
    const { edges } = await seats({ first: 10 });
    const [after, before] = [edges[1]?.cursor ?? '', edges[8]?.cursor ?? ''];
    const between = hamlet.seatIds.slice(2, 8);
    for (const page of [{}, { first: 50 }, { last: 50 }, { first: null, last: null }]) {
      expect((await seats({ ...page, after, before })).edges.map((edge) => edge.node.id)).toEqual(between);
    }
    expect((await seats({ last: 2, after, before })).edges.map((edge) => edge.node.id)).toEqual(between.slice(-2));
    expect((await seats({ first: 50, after: before, before: after })).edges).toEqual([]);
  });
});

interface PageVariables {
  readonly first?: number;
  readonly after?: string | null;
  readonly last?: number;
  readonly before?: string | null;
}

describe('every connection', () => {
  const connections = [
    ['events', 'events'],
    ['seats', 'event(id: "EVENT") { seats'],
    ['reservations', 'viewer { reservations'],
    ['bookings', 'viewer { bookings'],
  ] as const;
  const ask = async (field: string, page: string, selected: string) => {
    const closed = field.includes('{') ? ' }' : '';
    const query = `{ ${field.replace('EVENT', hamlet.eventId)}(${page}) { ${selected} }${closed} }`;
    return send<Record<string, never>, object>(node.graphqlUrl, query, {}, await tokenFor('a reader of everything'));
  };

  test.each(connections)('of %s has its nodes without their cursors too', async (_, field) => {
    const { data, errors } = await ask(field, 'first: 3', 'nodes { id } edges { node { id } }');
    expect(errors).toBeUndefined();
    const [outer] = Object.values(data ?? {});
    const { nodes, edges } = Object('nodes' in Object(outer) ? outer : Object.values(Object(outer))[0]);
    expect(nodes).toEqual(edges.map(({ node: inner }: { node: unknown }) => inner));
  });

  test.each(connections)('of %s refuses what no page can be, and says what', async (_, field) => {
    const refusals = [
      ['first: 1, last: 1', 'last', "together with 'first'"],
      ['last: 101', 'last', 'from 0 to 100'],
      ['last: -1', 'last', 'from 0 to 100'],
      ['first: 101', 'first', 'from 0 to 100'],
      ['last: 1, before: "x"', 'before', 'must be a cursor'],
      ['first: 1, after: ""', 'after', 'must be a cursor'],
    ] as const;
    for (const [page, argumentName, message] of refusals) {
      const { errors } = await ask(field, page, 'nodes { id }');
      expect(errors).toEqual([
        expect.objectContaining({
          message: expect.stringContaining(message),
          extensions: { code: 'BAD_USER_INPUT', argumentName },
        }),
      ]);
    }
  });
});

test('bookings of some statuses only', async () => {
  const token = await tokenFor('a collector of booked seats');
  await book(170, token);
  const count = async (status: readonly ('CONFIRMED' | 'CANCELLED')[] | null) =>
    (await dataOf(node.graphqlUrl, MyBookingsDocument, { status }, token)).viewer?.bookings.edges.length;
  expect(await Promise.all([count(null), count(['CONFIRMED']), count(['CANCELLED']), count([])])).toEqual([1, 1, 0, 0]);
});
