import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client/core';
import { Client, fetchExchange } from '@urql/core';
import { type GraphQLAbstractType, isAbstractType, print } from 'graphql';
import { createClient } from 'graphql-ws';
import { beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  BookingDocument,
  CancelReservationDocument,
  ConfirmReservationDocument,
  EventDocument,
  EventSectionsDocument,
  EventsDocument,
  MyReservationsDocument,
  ReservationChangesDocument,
  ReservationDocument,
  ReserveSeatsDocument,
  SeatMapDocument,
  type SeatMapSubscription,
} from '../../src/client/generated/documents.ts';
import { unpackChanges } from '../../src/live/packing.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { nodeOnSale } from '../support/on-sale.ts';
import { waitFor } from '../support/wait-for.ts';
import { schemaOf } from './everything.ts';
import { reserve, seatAt } from './venue.ts';

const within = { withinMs: 10_000 };
const { node, env, hamlet } = await nodeOnSale({ seats: 40 });

describe('Apollo Client', () => {
  /** Apps generate it from the schema together with their documents. */
  let possibleTypes: Record<string, string[]>;
  beforeAll(async () => {
    const schema = await schemaOf(node.graphqlUrl);
    const abstract = Object.values(schema.getTypeMap()).filter(isAbstractType);
    const namesOf = (type: GraphQLAbstractType) => schema.getPossibleTypes(type).map(({ name }) => name);
    possibleTypes = Object.fromEntries(abstract.map((type) => [type.name, namesOf(type)]));
  });

  const open = (token: string) =>
    new ApolloClient({
      link: new HttpLink({ uri: node.graphqlUrl, headers: { authorization: `Bearer ${token}` } }),
      cache: new InMemoryCache({ possibleTypes }),
    });

  test('queries, reserves, books, and finds it again in its cache by its id', async () => {
    const client = open(await tokenFor('a buyer with Apollo'));
    const { data: list } = await client.query({ query: EventsDocument, variables: {} });
    expect(list?.events.edges.map(({ node: { id } }) => id)).toContain(hamlet.eventId);
    const { data: map } = await client.query({ query: EventSectionsDocument, variables: { eventId: hamlet.eventId } });
    const [one, two] = map?.event?.seatMap.sections[0]?.rows[0]?.seats ?? [];
    const input = { eventId: hamlet.eventId, seatIds: [one?.id ?? '', two?.id ?? ''] };
    const { data } = await client.mutate({ mutation: ReserveSeatsDocument, variables: { input } });
    const reserved = data?.reserveSeats;
    if (reserved?.__typename !== 'Reservation') return expect.fail(JSON.stringify(reserved));
    expect(reserved.seats.map(({ index }) => index)).toEqual([0, 1]);

    const ofIt = { variables: { input: { reservationId: reserved.id } } };
    const confirmed = await client.mutate({ mutation: ConfirmReservationDocument, ...ofIt });
    const booking = confirmed.data?.confirmReservation;
    if (booking?.__typename !== 'Booking') return expect.fail(JSON.stringify(booking));
    expect(booking.total).toEqual({ __typename: 'Money', amount: 10_000, currency: 'EUR' });
    const again = { query: BookingDocument, variables: { id: booking.id } };
    expect((await client.query({ ...again, fetchPolicy: 'network-only' })).data?.booking).toMatchObject({
      id: booking.id,
    });
    const fresh = { query: EventDocument, variables: { id: hamlet.eventId }, fetchPolicy: 'network-only' as const };
    expect((await client.query(fresh)).data?.event?.availability).toMatchObject({ booked: 2 });
    client.stop();
  });

  test('gets user errors as data, and top-level ones as errors with their code', async () => {
    const client = open(await tokenFor('a buyer in vain'));
    const input = { eventId: hamlet.eventId, seatIds: [] };
    const { data } = await client.mutate({ mutation: ReserveSeatsDocument, variables: { input } });
    expect(data?.reserveSeats).toMatchObject({ __typename: 'InvalidInput', path: ['seatIds'] });
    const wrong = client.query({ query: EventsDocument, variables: { first: -1 } });
    await expect(wrong).rejects.toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    const refused = open('not a token').query({ query: EventsDocument, variables: {} });
    await expect(refused).rejects.toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
    client.stop();
  });
});

describe('urql', () => {
  const open = (token: string, preferGetMethod: boolean) =>
    new Client({
      url: node.graphqlUrl,
      exchanges: [fetchExchange],
      fetchOptions: { headers: { authorization: `Bearer ${token}` } },
      preferGetMethod,
    });

  test.each([true, false])('queries, by GET: %s, and changes by POST', async (preferGetMethod) => {
    const client = open(await tokenFor(`a buyer with urql, by GET: ${preferGetMethod}`), preferGetMethod);
    const index = preferGetMethod ? 10 : 11;
    const input = { eventId: hamlet.eventId, seatIds: [seatAt(hamlet.seatIds, index)] };
    const reserving = await client.mutation(ReserveSeatsDocument, { input }).toPromise();
    expect(reserving.error).toBeUndefined();
    const reserved = reserving.data?.reserveSeats;
    if (reserved?.__typename !== 'Reservation') return expect.fail(JSON.stringify(reserved));
    const read = await client.query(ReservationDocument, { id: reserved.id }).toPromise();
    expect(read.data?.reservation).toMatchObject({ id: reserved.id, status: 'ACTIVE', seats: [{ index }] });
    const cancelling = { input: { reservationId: reserved.id } };
    const { data } = await client.mutation(CancelReservationDocument, cancelling).toPromise();
    expect(data?.cancelReservation).toMatchObject({ status: 'CANCELLED' });
    const mine = await client.query(MyReservationsDocument, { status: ['CANCELLED'] }).toPromise();
    expect(mine.data?.viewer?.reservations.edges).toHaveLength(1);
  });

  test('gets top-level errors with their code', async () => {
    const client = open(await tokenFor('a buyer in vain'), false);
    const { error } = await client.query(EventsDocument, { first: -1 }).toPromise();
    expect(error?.graphQLErrors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });
});

/** A stock client with a subscription that stays open, and its messages. */
function following<Message>(url: string, connectionParams: () => Promise<Record<string, string>>) {
  const closes: number[] = [];
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: () => new Promise((resolve) => setTimeout(resolve, 50)),
    shouldRetry: () => true,
    on: { closed: (event) => closes.push(Number(Reflect.get(Object(event), 'code'))) },
  });
  const messages: Message[] = [];
  const failures: unknown[] = [];
  return {
    closes,
    messages,
    failures,
    subscribe(query: string, variables: Record<string, unknown>) {
      client.subscribe<Message>(
        { query, variables },
        { next: ({ data }) => data && messages.push(data), error: (error) => failures.push(error), complete() {} },
      );
    },
    // Disposing rejects if it is not connected.
    [Symbol.asyncDispose]: async () => Promise.resolve(client.dispose()).catch(() => {}),
  };
}

describe('the graphql-ws client', () => {
  test('reconnects with a new token when the server closes because of an expired one', async () => {
    const lifetimes = [2, 600];
    let asked = 0;
    const newToken = async () => {
      const ttlSeconds = lifetimes[asked++] ?? 600;
      return { authorization: `Bearer ${await tokenFor('a patient buyer', [], ttlSeconds)}` };
    };
    const buyer = await tokenFor('a patient buyer');
    const { id } = await reserve(node, hamlet, [20], buyer);
    await using mine = following<{ reservation: { status: string } }>(node.graphqlUrl, newToken);
    mine.subscribe(print(ReservationChangesDocument), { id });
    await waitFor(() => mine.messages.length === 1, { ...within, what: 'the reservation as it is' });
    await waitFor(() => mine.messages.length === 2, { ...within, what: 'the reservation after coming back' });
    expect(mine.closes).toEqual([4403]);
    expect(asked).toBe(2);

    const variables = { input: { reservationId: id } };
    const client = new Client({
      url: node.graphqlUrl,
      exchanges: [fetchExchange],
      preferGetMethod: false,
      fetchOptions: { headers: { authorization: `Bearer ${buyer}` } },
    });
    await client.mutation(CancelReservationDocument, variables).toPromise();
    await waitFor(() => mine.messages.length === 3, { ...within, what: 'the news of the cancellation' });
    expect(mine.messages.map(({ reservation }) => reservation.status)).toEqual(['ACTIVE', 'ACTIVE', 'CANCELLED']);
    expect(mine.failures).toEqual([]);
  });

  test('continues with a new snapshot after a restart of its node on the same port', async () => {
    const first = await startNode({ env });
    await using map = following<SeatMapSubscription>(first.graphqlUrl, async () => ({}));
    map.subscribe(print(SeatMapDocument), { eventId: hamlet.eventId });
    const kinds = () => map.messages.map(({ seatMap }) => seatMap.__typename);
    await waitFor(() => kinds().length === 1, { ...within, what: 'a snapshot' });
    await first[Symbol.asyncDispose]();
    const reservation = await reserve(node, hamlet, [30], await tokenFor('a buyer meanwhile'));

    await using second = await startNode({ env: { ...env, PORT: new URL(first.url).port } });
    await waitFor(() => kinds().length === 2, { ...within, what: 'another snapshot' });
    await reserve(second, hamlet, [31], await tokenFor('a buyer afterwards'));
    await waitFor(() => kinds().length === 3, { ...within, what: 'a change' });
    expect(kinds()).toEqual(['SeatMapSnapshot', 'SeatMapSnapshot', 'SeatMapDelta']);
    const [, snapshot, delta] = map.messages.map(({ seatMap }) => seatMap);
    if (snapshot?.__typename !== 'SeatMapSnapshot' || delta?.__typename !== 'SeatMapDelta') return expect.fail();
    expect(delta.fromRevision).toBe(snapshot.revision);
    expect(((Buffer.from(snapshot.statuses, 'base64')[30 >> 2] ?? 0) >> ((30 & 3) * 2)) & 3).toBe(1);
    expect(unpackChanges(delta.changes)).toEqual([{ index: 31, status: 'RESERVED' }]);
    expect(reservation.status).toBe('ACTIVE');
    expect(map.failures).toEqual([]);
  });
});
