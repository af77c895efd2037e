import { type DocumentNode, Kind, print } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { App } from '../../src/app.ts';
import * as generated from '../../src/client/generated/documents.ts';
import { testDatabase } from '../support/database.ts';
import { type Reply, send } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { eventInput, type Offer, offer, organizerToken, reserve, seatAt } from './venue.ts';

const documents = { ...generated };

const database = await testDatabase();
let node: App;
let hamlet: Offer;

beforeAll(async () => {
  node = await startNode({ env: { DATABASE_URL: database.url, MAX_ACTIVE_RESERVATIONS: '100' } });
  hamlet = await offer(node);
});
afterAll(() => node?.[Symbol.asyncDispose]());

type AnyReply = Reply<Record<string, unknown>>;
type Ask = (document: DocumentNode | string, variables?: Record<string, unknown>, token?: string) => Promise<AnyReply>;

const overHttp: Ask = (document, variables = {}, token) =>
  send<Record<string, unknown>, object>(
    node.graphqlUrl,
    typeof document === 'string' ? document : print(document),
    variables,
    token,
  );

/** On a new websocket, until the end or the first message. */
const overWebsocket: Ask = async (document, variables = {}, token) => {
  const client = createClient({
    url: node.graphqlUrl.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    ...(token !== undefined && { connectionParams: { authorization: `Bearer ${token}` } }),
    retryAttempts: 0,
  });
  const query = typeof document === 'string' ? document : print(document);
  try {
    for await (const reply of client.iterate({ query, variables })) return reply as AnyReply;
    throw new Error('nothing came');
  } catch (errors) {
    if (Array.isArray(errors)) return { errors };
    throw errors;
  } finally {
    await client.dispose();
  }
};

const transports: readonly [string, Ask][] = [
  ['HTTP', overHttp],
  ['a websocket', overWebsocket],
];

const codesOf = ({ errors = [] }: AnyReply) => errors.map(({ extensions }) => extensions?.code);

const operations = Object.entries(documents).flatMap(([name, document]) => {
  const [definition] = document.definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION ? [{ name, kind: definition.operation as string }] : [];
});

describe.each(transports)('over %s', (transport, ask) => {
  test('every operation of the client has its documented effect', async () => {
    const organizer = await organizerToken;
    const buyer = await tokenFor(`buyer by ${transport}`);
    const used = new Set<string>();
    const run = async (name: keyof typeof documents, variables: Record<string, unknown>, token?: string) => {
      used.add(name);
      const reply = await ask(documents[name], variables, token);
      expect(reply.errors).toBeUndefined();
      return Object.values(reply.data ?? {})[0];
    };
    const created = await run('CreateEventDocument', { input: eventInput }, organizer);
    const eventId = String(Reflect.get(Object(created), 'id'));
    const opened = await run('SetSalesStatusDocument', { input: { eventId, salesStatus: 'ON_SALE' } }, organizer);
    expect(opened).toMatchObject({ __typename: 'Event', id: eventId, salesStatus: 'ON_SALE' });
    const listed = await run('EventsDocument', { first: 100 });
    expect(listed).toMatchObject({
      edges: expect.arrayContaining([expect.objectContaining({ node: expect.objectContaining({ id: eventId }) })]),
    });
    expect(await run('EventDocument', { id: eventId })).toMatchObject({ availability: { total: 20, available: 20 } });
    expect(await run('EventAvailabilityDocument', { eventId })).toMatchObject({ availability: { total: 20 } });
    expect(await run('SeatStatusesDocument', { eventId })).toMatchObject({
      seatMap: { revision: expect.any(Number), statuses: 'AAAAAAA=' },
    });
    expect(await run('EventSectionsDocument', { eventId })).toMatchObject({ seatMap: { width: 240, height: 80 } });
    const layoutUrl = expect.stringMatching(/^\/layouts\/event_\w{22}\/[\w-]{22}\.json$/);
    expect(await run('EventSeatMapDocument', { eventId })).toMatchObject({ seatMap: { layoutUrl } });
    const { seats } = Object(await run('SeatsDocument', { eventId, first: 3 })) as {
      seats: { edges: { node: { id: string } }[] };
    };
    const [one, two, three] = seats.edges.map(({ node: { id } }) => id);

    const input = { eventId, seatIds: [one, two] };
    expect(await run('BlockSeatsDocument', { input: { eventId, seatIds: [three] } }, organizer)).toMatchObject({
      id: eventId,
    });
    expect(await run('UnblockSeatsDocument', { input: { eventId, seatIds: [three] } }, organizer)).toMatchObject({
      id: eventId,
    });
    const guest = await run('SignInAsGuestDocument', {});
    expect(await run('ViewerDocument', {}, String(Reflect.get(Object(guest), 'token')))).toEqual(
      Reflect.get(Object(guest), 'viewer'),
    );
    const renewal = { input: { guestToken: String(Reflect.get(Object(guest), 'token')) } };
    expect(await run('RenewGuestDocument', renewal)).toMatchObject({ viewer: Reflect.get(Object(guest), 'viewer') });

    expect(await run('ClaimGuestDocument', renewal, buyer)).toMatchObject({
      __typename: 'Viewer',
      roles: ['CUSTOMER'],
    });

    expect(await run('LimitsDocument', {})).toEqual({
      ...{ maxSeatsPerReservation: 10, maxActiveReservations: 100 },
      ...{ extensionSeconds: 300, maxExtensions: 1, paymentSeconds: 30 },
    });

    expect(await run('PaymentProviderDocument', {})).toEqual({ name: 'test', publishableKey: null });

    const reserved = Object(await run('ReserveSeatsDocument', { input }, buyer)) as { id: string };
    const ofIt = { input: { reservationId: reserved.id } };
    expect(await run('ReservationDocument', { id: reserved.id }, buyer)).toMatchObject({
      id: reserved.id,
      status: 'ACTIVE',
    });
    expect(await run('ReservationChangesDocument', { id: reserved.id }, buyer).catch(() => null)).toEqual(
      transport === 'HTTP' ? null : expect.objectContaining({ id: reserved.id, status: 'ACTIVE' }),
    );
    expect(await run('ViewerReservationChangesDocument', {}, buyer).catch(() => null)).toEqual(
      transport === 'HTTP' ? null : expect.objectContaining({ id: reserved.id, status: 'ACTIVE' }),
    );
    expect(await run('SeatMapDocument', { eventId }).catch(() => null)).toEqual(
      transport === 'HTTP'
        ? null
        : expect.objectContaining({ __typename: 'SeatMapSnapshot', revision: expect.any(Number) }),
    );
    expect(await run('EventChangesDocument', { id: eventId }).catch(() => null)).toEqual(
      transport === 'HTTP' ? null : expect.objectContaining({ id: eventId, salesStatus: 'ON_SALE' }),
    );
    expect(await run('AvailabilityDocument', { eventId }).catch(() => null)).toEqual(
      transport === 'HTTP' ? null : { total: 20, available: 18, reserved: 2, booked: 0, blocked: 0 },
    );
    expect(await run('ExtendReservationDocument', ofIt, buyer)).toMatchObject({ id: reserved.id, extensionsLeft: 0 });
    expect(
      await run('CancelReservationDocument', { input: { reservationId: reserved.id, seatIds: [two] } }, buyer),
    ).toMatchObject({ status: 'ACTIVE', seats: [{ id: one }] });
    const booking = Object(await run('ConfirmReservationDocument', ofIt, buyer)) as { id: string };
    expect(await run('BookingDocument', { id: booking.id }, buyer)).toEqual(booking);
    expect(await run('MyReservationsDocument', {}, buyer)).toMatchObject({
      reservations: { edges: [{ node: { id: reserved.id, status: 'CONFIRMED' } }] },
    });
    expect(await run('MyBookingsDocument', {}, buyer)).toMatchObject({ bookings: { edges: [{ node: booking }] } });
    expect([...used].sort()).toEqual(operations.map(({ name }) => name).sort());
  });

  const organizing: readonly [keyof typeof documents, object][] = [
    ['CreateEventDocument', eventInput],
    ['SetSalesStatusDocument', { eventId: 'x', salesStatus: 'CLOSED' }],
    ['BlockSeatsDocument', { eventId: 'x', seatIds: [] }],
    ['UnblockSeatsDocument', { eventId: 'x', seatIds: [] }],
  ];
  const buying: readonly [keyof typeof documents, object][] = [
    ['ReserveSeatsDocument', { eventId: 'x', seatIds: [] }],
    ['ExtendReservationDocument', { reservationId: 'x' }],
    ['ConfirmReservationDocument', { reservationId: 'x' }],
    ['CancelReservationDocument', { reservationId: 'x' }],
    ['ClaimGuestDocument', { guestToken: 'x' }],
  ];

  test.each([...organizing, ...buying])('%s needs a token, whatever its input', async (name, input) => {
    const reply = await ask(documents[name], { input });
    expect(reply).toEqual({
      data: null,
      errors: [expect.objectContaining({ message: 'Sign in first: this needs a token' })],
    });
    expect(codesOf(reply)).toEqual(['UNAUTHENTICATED']);
  });

  test.each(organizing)('%s is for organizers only', async (name, input) => {
    const reply = await ask(documents[name], { input }, await tokenFor('a customer'));
    expect(reply.data).toBeNull();
    expect(codesOf(reply)).toEqual(['FORBIDDEN']);
  });

  test('the viewer is null without a token, and has an id with one', async () => {
    expect((await ask('{ viewer { id roles } }')).data).toEqual({ viewer: null });
    const { data } = await ask('{ viewer { id roles } }', {}, await organizerToken);
    expect(data).toEqual({ viewer: { id: 'the organizer', roles: ['CUSTOMER', 'ORGANIZER'] } });
  });

  const cursor = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url');
  const uuid = '00000000-0000-4000-8000-000000000000';
  const wrongPages: readonly [string, Record<string, unknown>][] = [
    ['less than none', { first: -1 }],
    ['more than a page', { first: 101 }],
    ['after what is no cursor', { after: 'x' }],
    ['after nothing', { after: '' }],
    ['after a cursor of no list', { after: cursor({}) }],
    ['after a moment beyond time', { after: cursor({ startsAtMs: 1e300, id: uuid }) }],
    ['after another moment beyond time', { after: cursor({ atMs: -1e300, id: uuid }) }],
    ['after a seat beyond counting', { after: cursor({ index: 2 ** 40 }) }],
    ['after a very long cursor', { after: 'x'.repeat(10_000) }],
  ];
  test.each(wrongPages)('a page of %s is BAD_USER_INPUT in every list', async (_, page) => {
    const lists = [
      'query ($id: ID!, $first: Int, $after: String) { event(id: $id) { seats(first: $first, after: $after) { totalCount } } }',
      'query ($first: Int, $after: String) { events(first: $first, after: $after) { edges { cursor } } }',
      'query ($first: Int, $after: String) { viewer { reservations(first: $first, after: $after) { edges { cursor } } } }',
      'query ($first: Int, $after: String) { viewer { bookings(first: $first, after: $after) { edges { cursor } } } }',
    ];
    for (const list of lists) {
      const reply = await ask(list, { id: hamlet.eventId, ...page }, await tokenFor('a reader'));
      expect(codesOf(reply), list).toEqual(['BAD_USER_INPUT']);
    }
  });

  test('a subscription to an unknown object is a top-level error', async () => {
    if (transport === 'HTTP') return;
    for (const [query, variables] of [
      ['subscription ($id: ID!) { seatMap(eventId: $id) { __typename } }', { id: 'x' }],
      ['subscription ($id: ID!) { availability(eventId: $id) { total } }', { id: hamlet.seatIds[0] }],
      ['subscription ($id: ID!) { reservation(id: $id) { id } }', { id: 'x' }],
    ] as const) {
      expect(codesOf(await ask(query, variables, await tokenFor('a reader'))), query).toEqual(['NOT_FOUND']);
    }
  });
});

describe('unknown ids', () => {
  let reservationId: string;
  beforeAll(async () => {
    reservationId = (await reserve(node, hamlet, [0], await tokenFor('a holder'))).id;
  });

  const strangeIds = () => {
    const real = [hamlet.eventId, seatAt(hamlet.seatIds, 1), reservationId];
    return [
      '',
      ' ',
      'x',
      '0',
      0,
      42,
      -1,
      2 ** 31,
      'null',
      'event',
      'event_',
      'Event:1',
      '1_1',
      '\0',
      '\ud800',
      '🪑',
      "' or 1=1 --",
      '%',
      '../..',
      '00000000-0000-0000-0000-000000000000',
      Buffer.from('Event:1').toString('base64'),
      'x'.repeat(10_000),
      `event_${'z'.repeat(22)}`,
      `event_${'0'.repeat(22)}`,
      `seat_${'0'.repeat(22)}_0`,
      `booking_${'0'.repeat(22)}_${'0'.repeat(22)}`,
      `payment_${'0'.repeat(22)}_${'0'.repeat(22)}`,
      `category_${'0'.repeat(22)}_99999`,
      `reservation_${'z'.repeat(22)}_${'0'.repeat(22)}`,
      ...real.flatMap((id) => [
        `${id}x`,
        ` ${id}`,
        `${id}\n`,
        id.toUpperCase(),
        id.slice(0, -1),
        `${id}_0`,
        id.replace(/^[a-z]+/, 'booking'),
      ]),
      `${hamlet.eventId.replace('event', 'seat')}_20`,
      `${hamlet.eventId.replace('event', 'seat')}_-1`,
      `${hamlet.eventId.replace('event', 'seat')}_01`,
      `${hamlet.eventId.replace('event', 'seat')}_999999999`,
      `${hamlet.eventId.replace('event', 'seat')}_9999999999`,
    ];
  };

  test('are null in every query', async () => {
    const query = `query ($id: ID!, $event: ID!) {
      node(id: $id) { id } event(id: $id) { id } reservation(id: $id) { id } booking(id: $id) { id }
      known: event(id: $event) { seat(id: $id) { id } seats(categoryId: $id) { totalCount edges { cursor } } }
    }`;
    for (const id of strangeIds()) {
      expect(
        await overHttp(query, { id, event: hamlet.eventId }, await tokenFor('a reader')),
        JSON.stringify(id),
      ).toEqual({
        data: {
          node: null,
          event: null,
          reservation: null,
          booking: null,
          known: { seat: null, seats: { totalCount: 0, edges: [] } },
        },
      });
    }
  });

  test('are NotFound or InvalidInput in every mutation', async () => {
    const buyer = `mutation ($id: ID!, $event: ID!) {
      a: reserveSeats(input: { eventId: $id, seatIds: [$id] }) { __typename }
      b: reserveSeats(input: { eventId: $event, seatIds: [$id] }) { __typename }
      c: extendReservation(input: { reservationId: $id }) { __typename }
      d: confirmReservation(input: { reservationId: $id }) { __typename }
      e: cancelReservation(input: { reservationId: $id, seatIds: [$id] }) { __typename }
    }`;
    const organizer = `mutation ($id: ID!, $event: ID!) {
      a: setSalesStatus(input: { eventId: $id, salesStatus: CLOSED }) { __typename }
      b: blockSeats(input: { eventId: $id, seatIds: [$id] }) { __typename }
      c: blockSeats(input: { eventId: $event, seatIds: [$id] }) { __typename }
      d: unblockSeats(input: { eventId: $event, seatIds: [$id] }) { __typename }
    }`;
    for (const id of strangeIds()) {
      const variables = { id, event: hamlet.eventId };
      const [notFound, invalid] = [{ __typename: 'NotFound' }, { __typename: 'InvalidInput' }];
      const bought = await overHttp(buyer, variables, await tokenFor('a reader'));
      expect(bought, JSON.stringify(id)).toEqual({
        data: { a: notFound, b: invalid, c: notFound, d: notFound, e: notFound },
      });
      const organized = await overHttp(organizer, variables, await organizerToken);
      expect(organized, JSON.stringify(id)).toEqual({ data: { a: notFound, b: notFound, c: invalid, d: invalid } });
    }
  });
});

test('variables of the wrong type are BAD_USER_INPUT, and never a fault', async () => {
  const input = { eventId: hamlet.eventId, seatIds: hamlet.seatIds.slice(0, 1) };
  const wrong: readonly [keyof typeof documents, Record<string, unknown>][] = [
    ['ReserveSeatsDocument', {}],
    ['ReserveSeatsDocument', { input: null }],
    ['ReserveSeatsDocument', { input: 'x' }],
    ['ReserveSeatsDocument', { input: { ...input, eventId: {} } }],
    ['ReserveSeatsDocument', { input: { ...input, eventId: 1.5 } }],
    ['ReserveSeatsDocument', { input: { ...input, seatIds: [null] } }],
    ['ReserveSeatsDocument', { input: { ...input, seatIds: null } }],
    ['ReserveSeatsDocument', { input: { ...input, colour: 'red' } }],
    ['SetSalesStatusDocument', { input: { eventId: hamlet.eventId, salesStatus: 'OPEN' } }],
    ['CreateEventDocument', { input: { ...eventInput, startsAt: 'tomorrow' } }],
    ['CreateEventDocument', { input: { ...eventInput, startsAt: '2030-02-30T00:00:00Z' } }],
    ['CreateEventDocument', { input: { ...eventInput, startsAt: 0 } }],
    ['CreateEventDocument', { input: { ...eventInput, plan: [] } }],
    ['CreateEventDocument', { input: { ...eventInput, plan: 'plan' } }],
    ['CreateEventDocument', { input: { ...eventInput, prices: [{ category: 'Front', amount: 1.5 }] } }],
    ['CreateEventDocument', { input: { ...eventInput, prices: [{ category: 'Front', amount: 2 ** 53 }] } }],
    ['CreateEventDocument', { input: { ...eventInput, prices: [{ category: 'Front', amount: -1 }] } }],
    ['CreateEventDocument', { input: { ...eventInput, prices: [{ category: 'Front', amount: '4500' }] } }],
    ['EventsDocument', { first: 'x' }],
    ['EventsDocument', { first: 1.5 }],
    ['MyReservationsDocument', { status: ['ACTIVE', null] }],
    ['EventDocument', { id: null }],
  ];
  for (const [name, variables] of wrong) {
    const reply = await overHttp(documents[name], variables, await organizerToken);
    expect(codesOf(reply), JSON.stringify([name, variables])).toEqual(['BAD_USER_INPUT']);
  }
});

test('one seat given as a value, not a list, is taken as a list of it, as GraphQL has it', async () => {
  const input = { eventId: hamlet.eventId, seatIds: seatAt(hamlet.seatIds, 9) };
  const reply = await overHttp(documents.ReserveSeatsDocument, { input }, await tokenFor('one seat'));
  expect(reply.data).toMatchObject({ reserveSeats: { __typename: 'Reservation', seats: [{ index: 9 }] } });
});

test('several mutations in one request are executed in order', async () => {
  const query = `mutation ($eventId: ID!, $one: ID!, $two: ID!) {
    first: reserveSeats(input: { eventId: $eventId, seatIds: [$one, $two] }) { __typename }
    second: reserveSeats(input: { eventId: $eventId, seatIds: [$one] }) { ... on SeatsUnavailable { seatIds } }
  }`;
  const [one, two] = hamlet.seatIds.slice(15);
  const { data } = await overHttp(query, { eventId: hamlet.eventId, one, two }, await tokenFor('twice'));
  expect(data).toEqual({ first: { __typename: 'Reservation' }, second: { seatIds: [one] } });
});
