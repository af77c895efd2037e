import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { ReserveSeatsDocument, SetSalesStatusDocument } from '../../src/client/generated/documents.ts';
import { RawSocket } from '../server/raw-socket.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { type Offer, offer, organizerToken } from './venue.ts';

const database = await testDatabase();
let node: App;
let hamlet: Offer;
beforeAll(async () => {
  node = await startNode({ env: { DATABASE_URL: database.url } });
});
afterAll(() => node?.[Symbol.asyncDispose]());

async function open(): Promise<void> {
  const input = { eventId: hamlet.eventId, salesStatus: 'ON_SALE' } as const;
  await dataOf(node.graphqlUrl, SetSalesStatusDocument, { input }, await organizerToken);
}

test('an event that was requested too early can be followed as soon as it is published', async () => {
  hamlet = await offer(node, { salesStatus: 'DRAFT' });
  const map = `subscription { seatMap(eventId: "${hamlet.eventId}") { __typename } }`;
  using organizer = await RawSocket.connect({ server: node }, { token: await organizerToken });
  organizer.subscribe('1', map);
  await organizer.message(({ type }) => type === 'next');
  using early = await RawSocket.connect({ server: node });
  early.subscribe('1', map);
  const refused = { type: 'next', payload: { errors: [{ extensions: { code: 'NOT_FOUND' } }] } };
  expect(await early.message(({ id }) => id === '1')).toMatchObject(refused);
  await open();
  early.subscribe('2', map);
  const snapshot = { data: { seatMap: { __typename: 'SeatMapSnapshot' } } };
  expect(await early.message(({ id }) => id === '2')).toMatchObject({ type: 'next', payload: snapshot });
});

test('seats that were refused before the opening can be reserved right after it', async () => {
  hamlet = await offer(node, { salesStatus: 'DRAFT' });
  const token = await tokenFor('an early bird');
  const input = { eventId: hamlet.eventId, seatIds: hamlet.seatIds.slice(0, 1) };
  const reserve = () => dataOf(node.graphqlUrl, ReserveSeatsDocument, { input }, token);
  expect(await reserve()).toMatchObject({ reserveSeats: { __typename: 'NotFound' } });
  await open();
  expect(await reserve()).toMatchObject({ reserveSeats: { __typename: 'Reservation' } });
});
