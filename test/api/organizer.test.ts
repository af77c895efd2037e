import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { App } from '../../src/app.ts';
import {
  BlockSeatsDocument,
  CancelReservationDocument,
  ConfirmReservationDocument,
  ExtendReservationDocument,
  ReserveSeatsDocument,
  SeatsDocument,
  SetSalesStatusDocument,
  UnblockSeatsDocument,
} from '../../src/client/generated/documents.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Offer, offer, organizerToken, reserve, seatAt } from './venue.ts';

const database = await testDatabase();
let node: App;
beforeAll(async () => {
  node = await startNode({ env: { DATABASE_URL: database.url } });
});
afterAll(() => node?.[Symbol.asyncDispose]());

async function setSalesStatus({ eventId }: Offer, salesStatus: 'DRAFT' | 'ON_SALE' | 'PAUSED' | 'CLOSED') {
  return dataOf(node.graphqlUrl, SetSalesStatusDocument, { input: { eventId, salesStatus } }, await organizerToken);
}

async function tryToReserve({ eventId }: Offer, seatIds: readonly string[], token: string) {
  const { reserveSeats } = await dataOf(node.graphqlUrl, ReserveSeatsDocument, { input: { eventId, seatIds } }, token);
  return reserveSeats;
}

async function block({ eventId, seatIds }: Offer, indexes: readonly number[]) {
  const input = { eventId, seatIds: indexes.map((index) => seatAt(seatIds, index)) };
  return (await dataOf(node.graphqlUrl, BlockSeatsDocument, { input }, await organizerToken)).blockSeats;
}

async function unblock({ eventId, seatIds }: Offer, indexes: readonly number[]) {
  const input = { eventId, seatIds: indexes.map((index) => seatAt(seatIds, index)) };
  return (await dataOf(node.graphqlUrl, UnblockSeatsDocument, { input }, await organizerToken)).unblockSeats;
}

/** Of the first five seats. */
async function statusesOf({ eventId }: Offer) {
  const { event } = await dataOf(node.graphqlUrl, SeatsDocument, { eventId, first: 5 }, await organizerToken);
  return event?.seats.edges.map(({ node: { status } }) => status);
}

/** The first message of a subscription, or the codes of its errors. */
async function firstOf(query: string, variables: Record<string, unknown>, token?: string): Promise<unknown> {
  const client = createClient({
    url: node.graphqlUrl.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    ...(token !== undefined && { connectionParams: { token } }),
  });
  try {
    for await (const { data, errors } of client.iterate({ query, variables })) {
      return errors === undefined ? data : errors.map(({ extensions }) => extensions?.code);
    }
    return undefined;
  } finally {
    await client.dispose();
  }
}

describe('a draft', () => {
  let draft: Offer;
  beforeAll(async () => {
    draft = await offer(node, { salesStatus: 'DRAFT', name: 'A secret premiere' });
  });

  const query = `query ($event: ID!, $seat: ID!) {
    event(id: $event) { id }
    events { edges { node { id } } }
    node(id: $event) { id }
    seat: node(id: $seat) { id }
  }`;

  test('is visible to organizers only, by any field', async () => {
    const variables = { event: draft.eventId, seat: seatAt(draft.seatIds, 0) };
    const nothing = { event: null, events: { edges: [] }, node: null, seat: null };
    for (const token of [undefined, await tokenFor('a customer')]) {
      expect(await dataOf(node.graphqlUrl, query, variables, token)).toEqual(nothing);
    }
    const it = { id: draft.eventId };
    expect(await dataOf(node.graphqlUrl, query, variables, await organizerToken)).toEqual({
      event: it,
      events: { edges: [{ node: it }] },
      node: it,
      seat: { id: draft.seatIds[0] },
    });
  });

  test('cannot be followed by others', async () => {
    const variables = { id: draft.eventId };
    for (const follow of [
      'seatMap(eventId: $id) { __typename }',
      'availability(eventId: $id) { total }',
      'event(id: $id) { name }',
      'event(id: $id) { seatMap { statuses } }',
    ]) {
      const subscription = `subscription ($id: ID!) { ${follow} }`;
      for (const token of [undefined, await tokenFor('a customer')]) {
        expect(await firstOf(subscription, variables, token)).toEqual(['NOT_FOUND']);
      }
      expect(await firstOf(subscription, variables, await organizerToken)).toBeTypeOf('object');
    }
  });

  test('refuses all seats, also while this node has its map', async () => {
    await block(draft, [1]);
    const follow = 'subscription ($id: ID!) { seatMap(eventId: $id) { __typename } }';
    expect(await firstOf(follow, { id: draft.eventId }, await organizerToken)).toBeTypeOf('object');
    const [free = '', blocked = ''] = draft.seatIds;
    const customer = await tokenFor('a customer');
    for (const seatIds of [[free], [blocked], ['x'], [`${free}9999`]]) {
      expect((await tryToReserve(draft, seatIds, customer)).__typename, String(seatIds)).toBe('NotFound');
    }
    const organizer = await organizerToken;
    expect(await tryToReserve(draft, [free], organizer)).toMatchObject({
      __typename: 'SalesNotOpen',
      salesStatus: 'DRAFT',
    });
    expect((await tryToReserve(draft, ['x'], organizer)).__typename).toBe('InvalidInput');
  });

  test("that was on sale before is still visible in its buyers' reservations", async () => {
    const event = await offer(node);
    const buyer = await tokenFor('an early buyer');
    const { id } = await reserve(node, event, [0], buyer);
    await setSalesStatus(event, 'DRAFT');
    const own = 'query ($id: ID!) { reservation(id: $id) { event { name salesStatus } seats { label } } }';
    expect(await dataOf(node.graphqlUrl, own, { id }, buyer)).toEqual({
      reservation: { event: { name: 'Hamlet', salesStatus: 'DRAFT' }, seats: [{ label: 'Stalls, row 1, seat 1' }] },
    });
    expect(
      await dataOf(node.graphqlUrl, 'query ($id: ID!) { event(id: $id) { id } }', { id: event.eventId }, buyer),
    ).toEqual({
      event: null,
    });
  });
});

describe('sales', () => {
  test.each(['PAUSED', 'CLOSED'] as const)(
    'that are %s take no new reservations, and leave the running ones alone',
    async (status) => {
      const event = await offer(node);
      const buyer = await tokenFor(`a buyer before ${status}`);
      const kept = await reserve(node, event, [0], buyer);
      const given = await reserve(node, event, [1], buyer);
      expect((await setSalesStatus(event, status)).setSalesStatus).toMatchObject({
        __typename: 'Event',
        salesStatus: status,
      });

      expect(await tryToReserve(event, event.seatIds.slice(2, 3), await tokenFor('a late buyer'))).toMatchObject({
        __typename: 'SalesNotOpen',
        salesStatus: status,
      });
      const input = { reservationId: kept.id };
      const { extendReservation } = await dataOf(node.graphqlUrl, ExtendReservationDocument, { input }, buyer);
      expect(extendReservation.__typename).toBe('Reservation');
      const { confirmReservation } = await dataOf(node.graphqlUrl, ConfirmReservationDocument, { input }, buyer);
      expect(confirmReservation.__typename).toBe('Booking');
      const { cancelReservation } = await dataOf(
        node.graphqlUrl,
        CancelReservationDocument,
        { input: { reservationId: given.id } },
        buyer,
      );
      expect(cancelReservation).toMatchObject({ __typename: 'Reservation', status: 'CANCELLED' });

      await setSalesStatus(event, 'ON_SALE');
      await reserve(node, event, [1, 2], await tokenFor('a late buyer'));
    },
  );

  test('can be opened by organizers, and the same status again changes nothing', async () => {
    const event = await offer(node, { salesStatus: 'DRAFT' });
    for (const status of ['ON_SALE', 'ON_SALE', 'PAUSED', 'CLOSED', 'DRAFT'] as const) {
      expect((await setSalesStatus(event, status)).setSalesStatus).toMatchObject({
        id: event.eventId,
        salesStatus: status,
      });
      const seen = await dataOf(node.graphqlUrl, 'query ($id: ID!) { event(id: $id) { salesStatus } }', {
        id: event.eventId,
      });
      expect(seen).toEqual({ event: status === 'DRAFT' ? null : { salesStatus: status } });
    }
  });
});

describe('blocking', () => {
  test('blocks and unblocks seats, and skips those that already are', async () => {
    const event = await offer(node);
    for (const indexes of [
      [0, 1],
      [1, 2],
      [0, 1, 2],
    ])
      expect((await block(event, indexes)).__typename).toBe('Event');
    expect(await statusesOf(event)).toEqual(['BLOCKED', 'BLOCKED', 'BLOCKED', 'AVAILABLE', 'AVAILABLE']);
    expect(await tryToReserve(event, event.seatIds.slice(2, 4), await tokenFor('a buyer'))).toMatchObject({
      __typename: 'SeatsUnavailable',
      seatIds: event.seatIds.slice(2, 3),
    });
    for (const indexes of [
      [1, 3],
      [1, 2],
    ])
      expect((await unblock(event, indexes)).__typename).toBe('Event');
    expect(await statusesOf(event)).toEqual(['BLOCKED', 'AVAILABLE', 'AVAILABLE', 'AVAILABLE', 'AVAILABLE']);
    await reserve(node, event, [1, 2], await tokenFor('a buyer'));
  });

  test('is all or nothing, and names reserved or booked seats', async () => {
    const event = await offer(node);
    const buyer = await tokenFor('a buyer of both kinds');
    await reserve(node, event, [1], buyer);
    const { id: reservationId } = await reserve(node, event, [3], buyer);
    await dataOf(node.graphqlUrl, ConfirmReservationDocument, { input: { reservationId } }, buyer);
    const refusal = { __typename: 'SeatsUnavailable', seatIds: [event.seatIds[1], event.seatIds[3]] };
    for (const change of [block, unblock]) expect(await change(event, [0, 1, 2, 3])).toMatchObject(refusal);
    expect(await statusesOf(event)).toEqual(['AVAILABLE', 'RESERVED', 'AVAILABLE', 'BOOKED', 'AVAILABLE']);
  });

  test('takes a lapsed seat, which is free', async () => {
    const event = await offer(node, { reservationSeconds: 1 });
    await reserve(node, event, [0], await tokenFor('a slow buyer'));
    await waitFor(async () => (await block(event, [0])).__typename === 'Event', {
      withinMs: 5_000,
      what: 'the seat to be free',
    });
    expect((await statusesOf(event))?.[0]).toBe('BLOCKED');
  });

  test('is shown on the live map', async () => {
    const event = await offer(node);
    const client = createClient({ url: node.graphqlUrl.replace('http', 'ws'), webSocketImpl: WebSocket });
    const query = `subscription ($id: ID!) {
      seatMap(eventId: $id) {
        __typename ... on SeatMapDelta { seats { seatId index status } availability { available blocked } }
      }
    }`;
    const map = client.iterate({ query, variables: { id: event.eventId } });
    await map.next();
    const delta = (status: string, available: number) => ({
      seatMap: {
        __typename: 'SeatMapDelta',
        seats: [{ seatId: event.seatIds[4], index: 4, status }],
        availability: { available, blocked: 20 - available },
      },
    });
    await block(event, [4]);
    expect((await map.next()).value?.data).toEqual(delta('BLOCKED', 19));
    await unblock(event, [4]);
    expect((await map.next()).value?.data).toEqual(delta('AVAILABLE', 20));
    await client.dispose();
  });
});
