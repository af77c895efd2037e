import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { ReserveSeatsDocument, SetSalesStatusDocument } from '../../src/client/generated/documents.ts';
import { decodeEventId } from '../../src/graphql/ids.ts';
import { RawSocket } from '../server/raw-socket.ts';
import { onServer } from '../support/create-database.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { type Offer, offer, organizerToken, seatAt } from './venue.ts';

const database = await testDatabase();
let node: App;
let hamlet: Offer;
let watcher: RawSocket;
beforeAll(async () => {
  node = await startNode({ env: { DATABASE_URL: database.url } });
  hamlet = await offer(node);
  watcher = await RawSocket.connect({ server: node });
  watcher.subscribe('map', `subscription { seatMap(eventId: "${hamlet.eventId}") { __typename } }`);
  await watcher.message(({ type }) => type === 'next');
});
afterAll(async () => {
  watcher?.[Symbol.dispose]();
  await node?.[Symbol.asyncDispose]();
});

const page = `query ($id: ID!) { event(id: $id) {
  name salesStatus revision availability { total available reserved }
  seatMap { layoutUrl statuses revision }
} }`;

interface Page {
  readonly event: {
    readonly name: string;
    readonly salesStatus: string;
    readonly revision: number;
    readonly availability: object;
    readonly seatMap: { readonly layoutUrl: string; readonly statuses: string; readonly revision: number };
  };
}

const ask = () => dataOf<Page, object>(node.graphqlUrl, page, { id: hamlet.eventId });

async function reserve(index: number): Promise<void> {
  const input = { eventId: hamlet.eventId, seatIds: [seatAt(hamlet.seatIds, index)] };
  const { reserveSeats } = await dataOf(node.graphqlUrl, ReserveSeatsDocument, { input }, await tokenFor('ann'));
  expect(reserveSeats.__typename).toBe('Reservation');
}

test('queries of a live map do not need the store, and include the latest commits of this node', async () => {
  await reserve(0);
  const { layoutUrl } = (await ask()).event.seatMap;
  await onServer(database.url, (sql) =>
    sql.begin(async (holder) => {
      await holder`lock table seats, events, event_heads, price_categories in access exclusive mode`;
      const { event } = await ask();
      expect(event).toMatchObject({
        name: 'Hamlet',
        salesStatus: 'ON_SALE',
        availability: { total: 20, available: 19, reserved: 1 },
        seatMap: { statuses: 'AQAAAAA=', revision: event.revision },
      });
      expect((await fetch(new URL(layoutUrl, node.url))).status).toBe(200);
    }),
  );
  await reserve(4);
  const { event } = await ask();
  expect(event.availability).toEqual({ total: 20, available: 18, reserved: 2 });
  expect(event.seatMap).toMatchObject({ statuses: 'AQEAAAA=', revision: event.revision });
});

test('a change of the sales status is visible in the next query', async () => {
  for (const salesStatus of ['PAUSED', 'ON_SALE'] as const) {
    const input = { eventId: hamlet.eventId, salesStatus };
    await dataOf(node.graphqlUrl, SetSalesStatusDocument, { input }, await organizerToken);
    expect((await ask()).event.salesStatus).toBe(salesStatus);
  }
});

test('the status of a seat is read from the store for a viewer with a token, and from the live map for others', async () => {
  const [index, id] = [10, seatAt(hamlet.seatIds, 10)];
  const query = 'query ($id: ID!) { node(id: $id) { ... on Seat { status } } }';
  const statusFor = async (token?: string) =>
    (await dataOf<{ node: { status: string } }, object>(node.graphqlUrl, query, { id }, token)).node.status;
  // A write that no node announces.
  await onServer(
    database.url,
    (sql) => sql`
      update seats set status = 'BLOCKED' where event_id = ${decodeEventId(hamlet.eventId)} and index = ${index}`,
  );
  expect(await statusFor(await tokenFor('ann'))).toBe('BLOCKED');
  expect(await statusFor()).toBe('AVAILABLE');
  expect((await ask()).event.seatMap.statuses).toBe('AQEAAAA=');
});
