import type { GraphQLSchema } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { App } from '../../src/app.ts';
import {
  CancelReservationDocument,
  ConfirmReservationDocument,
  ExtendReservationDocument,
  ReservationDocument,
  ReserveSeatsDocument,
} from '../../src/client/generated/documents.ts';
import { decodeBookingId, decodeReservationId } from '../../src/graphql/ids.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf, send } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { schemaOf, Walk } from './everything.ts';
import { type Offer, offer, organizerToken, type Reserved, reserve, seatAt } from './venue.ts';

const within = { withinMs: 10_000 };
const holderId = 'holder-7d1f2c';
const idempotencyKey = 'key-of-the-holder-55e1';

const database = await testDatabase();
let node: App;
let schema: GraphQLSchema;
let hamlet: Offer;
let holder: string;
let other: string;
/** Ids of the holder, and of another buyer of the same event. */
const ids = { held: '', lapsing: '', confirmed: '', booking: '', othersReservation: '', othersBooking: '' };

/** Values that only the holder and organizers may read. */
const secrets = new Set([holderId, idempotencyKey]);
const secretsIn = (text: string) => [...secrets].filter((secret) => text.includes(secret));

beforeAll(async () => {
  // Selecting everything exceeds the default limit.
  node = await startNode({ env: { DATABASE_URL: database.url, MAX_QUERY_COST: '0' } });
  schema = await schemaOf(node.graphqlUrl);
  hamlet = await offer(node, { reservationSeconds: 3 });
  [holder, other] = [await tokenFor(holderId), await tokenFor('another buyer')];
});
afterAll(() => node?.[Symbol.asyncDispose]());

function keepSecret({ id, createdAt, expiresAt }: Pick<Reserved, 'id' | 'createdAt' | 'expiresAt'>): void {
  const moments = [createdAt, expiresAt].flatMap((moment) => [moment, String(Date.parse(moment))]);
  for (const secret of [id, decodeReservationId(id)?.reservationId ?? '', ...moments]) secrets.add(secret);
}

async function extend(reservationId: string, token: string) {
  const { extendReservation } = await dataOf(
    node.graphqlUrl,
    ExtendReservationDocument,
    { input: { reservationId } },
    token,
  );
  if (extendReservation.__typename !== 'Reservation') throw new Error(JSON.stringify(extendReservation));
  return extendReservation;
}

async function confirm(reservationId: string, token: string) {
  const { confirmReservation } = await dataOf(
    node.graphqlUrl,
    ConfirmReservationDocument,
    { input: { reservationId } },
    token,
  );
  if (confirmReservation.__typename !== 'Booking') throw new Error(JSON.stringify(confirmReservation));
  return confirmReservation;
}

/** The holder reserves seats 0 and 1, books 2, and lets 4 expire, while others watch. */
async function act(): Promise<void> {
  const input = { eventId: hamlet.eventId, seatIds: hamlet.seatIds.slice(0, 2), idempotencyKey };
  const { reserveSeats: held } = await dataOf(node.graphqlUrl, ReserveSeatsDocument, { input }, holder);
  if (held.__typename !== 'Reservation') throw new Error(JSON.stringify(held));
  const confirmed = await reserve(node, hamlet, [2], holder);
  for (const reservation of [held, await extend(held.id, holder), confirmed]) keepSecret(reservation);
  const { id, reference, bookedAt } = await confirm(confirmed.id, holder);
  for (const secret of [id, decodeBookingId(id)?.bookingId ?? '', reference, bookedAt]) secrets.add(secret);
  const lapsing = await reserve(node, hamlet, [4], holder);
  keepSecret(lapsing);
  Object.assign(ids, { held: held.id, confirmed: confirmed.id, booking: id, lapsing: lapsing.id });
}

/** Another buyer of the event, who can reach the types that only holders see. */
async function actAsOther(): Promise<void> {
  const { id } = await reserve(node, hamlet, [10], other);
  await extend(id, other);
  const booked = await reserve(node, hamlet, [11], other);
  Object.assign(ids, { othersReservation: id, othersBooking: (await confirm(booked.id, other)).id });
}

function newWalk(): Walk {
  const seats = [0, 2].map((index) => seatAt(hamlet.seatIds, index));
  const reservations = [ids.held, ids.confirmed, ids.lapsing, ids.othersReservation];
  const bookings = [ids.booking, ids.othersBooking];
  return new Walk(schema, {
    'Query.node': [hamlet.eventId, ...seats, ...reservations, ...bookings],
    'Query.event': [hamlet.eventId],
    'Query.reservation': reservations,
    'Query.booking': bookings,
    'Event.seat': seats.slice(0, 1),
    'Subscription.seatMap': [hamlet.eventId],
    'Subscription.availability': [hamlet.eventId],
  });
}

/** The raw answers of all queries, with the holder's ids as arguments. */
async function readEverything(token?: string): Promise<string[]> {
  const answers = [];
  for (const query of newWalk().operations(schema.getQueryType())) {
    const { data, errors } = await send<object, object>(node.graphqlUrl, query, {}, token);
    if (errors !== undefined) throw new Error(`${JSON.stringify(errors)} came of ${query}`);
    answers.push(JSON.stringify(data));
  }
  return answers;
}

/** Subscribes to all fields of a public subscription, and collects its messages as text. */
function follow(fieldName: string, received: string[], token?: string): Disposable {
  const client = createClient({
    url: node.graphqlUrl.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    ...(token !== undefined && { connectionParams: { authorization: `Bearer ${token}` } }),
  });
  const query = `subscription ${newWalk().operation(schema.getSubscriptionType(), fieldName)}`;
  client.subscribe(
    { query },
    {
      next: (message) => received.push(JSON.stringify(message)),
      error: (error) => received.push(JSON.stringify(error)),
      complete() {},
    },
  );
  return { [Symbol.dispose]: () => void client.dispose() };
}

test('no public data reveal a holder who reserves, books and lets seats lapse while others read and subscribe to everything', async () => {
  const received: Record<string, string[]> = {
    seatMap: [],
    availability: [],
    seatMapOfOther: [],
    availabilityOfOther: [],
  };
  const { seatMap = [], availability = [], seatMapOfOther = [], availabilityOfOther = [] } = received;
  using _one = follow('seatMap', seatMap);
  using _two = follow('availability', availability);
  using _three = follow('seatMap', seatMapOfOther, other);
  using _four = follow('availability', availabilityOfOther, other);
  await waitFor(() => Object.values(received).every(({ length }) => length > 0), { ...within, what: 'first messages' });

  await actAsOther();
  await act();
  for (const token of [undefined, other]) {
    expect(secretsIn((await readEverything(token)).join('\n')), `as ${token ? 'another buyer' : 'anybody'}`).toEqual(
      [],
    );
  }
  // The same queries do find the holder's own data.
  const own = (await readEverything(holder)).join('\n');
  expect(secretsIn(own)).toEqual(expect.arrayContaining([ids.held, ids.confirmed, ids.booking, holderId]));

  const status = async () =>
    (await dataOf(node.graphqlUrl, ReservationDocument, { id: ids.lapsing }, holder)).reservation?.status;
  await waitFor(async () => (await status()) === 'EXPIRED', { ...within, what: 'the reservation to lapse' });
  const freed = `"SeatState_index_0":4,"SeatState_status_0":"AVAILABLE"`;
  for (const messages of [seatMap, seatMapOfOther]) {
    await waitFor(() => messages.join('').includes(freed), { ...within, what: 'the lapse to be told' });
  }
  for (const token of [undefined, other]) expect(secretsIn((await readEverything(token)).join('\n'))).toEqual([]);
  for (const [name, messages] of Object.entries(received)) {
    expect(messages.length, name).toBeGreaterThan(1);
    expect(messages.join('\n'), name).not.toContain('"errors"');
    expect(secretsIn(messages.join('\n')), name).toEqual([]);
  }
});

test('the generated queries select every type except errors, deltas and those of mutations', () => {
  const walk = newWalk();
  walk.operations(schema.getQueryType());
  for (const fieldName of ['seatMap', 'availability']) walk.operation(schema.getSubscriptionType(), fieldName);
  const userErrors = schema.getImplementations(schema.getType('UserError') as never).objects.map(({ name }) => name);
  const elsewhere = ['Query', 'Mutation', 'Subscription', 'GuestSession', 'InputFault', ...userErrors];
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => 'getInterfaces' in type && !('resolveType' in type),
  );
  const names = types.map(({ name }) => name).filter((name) => !name.startsWith('__') && !elsewhere.includes(name));
  expect([...walk.visited].sort()).toEqual(names.sort());
});

test('the holder’s objects are null for others, and visible to organizers', async () => {
  const query = `query ($r: ID!, $b: ID!) {
    node(id: $r) { id } reservation(id: $r) { id } booking(id: $b) { id } bookingNode: node(id: $b) { id }
  }`;
  const variables = { r: ids.held, b: ids.booking };
  const nothing = { node: null, reservation: null, booking: null, bookingNode: null };
  expect(await dataOf(node.graphqlUrl, query, variables)).toEqual(nothing);
  expect(await dataOf(node.graphqlUrl, query, variables, other)).toEqual(nothing);
  const [r, b] = [{ id: ids.held }, { id: ids.booking }];
  for (const token of [holder, await organizerToken]) {
    expect(await dataOf(node.graphqlUrl, query, variables, token)).toEqual({
      node: r,
      reservation: r,
      booking: b,
      bookingNode: b,
    });
  }
});

test('mutations of others on the holder’s reservation reveal nothing', async () => {
  const seatIds = hamlet.seatIds.slice(0, 3);
  const input = { reservationId: ids.held };
  const replies = [
    await send(
      node.graphqlUrl,
      ReserveSeatsDocument,
      { input: { eventId: hamlet.eventId, seatIds, idempotencyKey } },
      other,
    ),
    await send(node.graphqlUrl, ExtendReservationDocument, { input }, other),
    await send(node.graphqlUrl, ConfirmReservationDocument, { input }, other),
    await send(
      node.graphqlUrl,
      CancelReservationDocument,
      { input: { ...input, seatIds: seatIds.slice(0, 1) } },
      other,
    ),
    await send(node.graphqlUrl, ExtendReservationDocument, { input }, await organizerToken),
    await send(node.graphqlUrl, ConfirmReservationDocument, { input: { reservationId: ids.confirmed } }, other),
  ];
  const outcomes = replies.map(({ data }) => Object.values(data ?? {})[0]?.__typename);
  expect(outcomes).toEqual(['SeatsUnavailable', 'NotFound', 'NotFound', 'NotFound', 'NotFound', 'NotFound']);
  expect(secretsIn(JSON.stringify(replies))).toEqual([]);
});

test('a seat says whether it is reserved by the viewer, to the viewer alone', async () => {
  const query =
    'query ($id: ID!) { event(id: $id) { seats(first: 5) { edges { node { status reservedByViewer } } } } }';
  const asSeenBy = async (token?: string) => {
    const { event } = await dataOf<{ event: { seats: { edges: { node: object }[] } } }, object>(
      node.graphqlUrl,
      query,
      { id: hamlet.eventId },
      token,
    );
    return event.seats.edges.map(({ node: seat }) => Object.values(seat).join(' '));
  };
  const seen = ['RESERVED', 'RESERVED', 'BOOKED', 'AVAILABLE', 'AVAILABLE'];
  for (const token of [undefined, other, await organizerToken]) {
    expect(await asSeenBy(token)).toEqual(seen.map((status) => `${status} false`));
  }
  expect(await asSeenBy(holder)).toEqual(seen.map((status) => `${status} ${status === 'RESERVED'}`));
});
