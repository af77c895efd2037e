import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { App } from '../../src/app.ts';
import { createHoldfastClient, EventSeatMapDocument, match } from '../../src/client/index.ts';
import { type Offer, offer } from '../api/venue.ts';
import { startNode } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';

let node: App;
let hamlet: Offer;
beforeAll(async () => {
  node = await startNode();
  hamlet = await offer(node);
});
afterAll(() => node?.[Symbol.asyncDispose]());

test('a guest watches a map, reserves two of its seats, and lets go of them', async () => {
  const client = createHoldfastClient({ url: node.graphqlUrl, guests: true, webSocketImpl: WebSocket });
  const map = client.seatMap(hamlet.eventId);
  const stop = map.subscribe(() => {});
  await waitFor(() => map.getSnapshot().state === 'live', { withinMs: 5000, what: 'live' });
  expect((await client.query(EventSeatMapDocument, { eventId: hamlet.eventId })).event?.name).toBe('Hamlet');
  const outcome = await client.reserveSeats({ eventId: hamlet.eventId, seatIds: hamlet.seatIds.slice(0, 2) });
  const id = match(outcome, { Reservation: ({ id }) => id }, ({ message }) => expect.fail(message));
  await waitFor(() => map.getSnapshot().data?.availability.reserved === 2, { withinMs: 5000, what: 'reserved' });
  const mine = client.reservation(id);
  const stopMine = mine.subscribe(() => {});
  await waitFor(() => mine.getSnapshot().state === 'live', { withinMs: 5000, what: 'mine' });
  expect(mine.getSnapshot().data?.countdown.getSnapshot()).toBe(600);
  await client.cancelReservation({ reservationId: id });
  await waitFor(() => mine.getSnapshot().state === 'ended', { withinMs: 5000, what: 'ended' });
  stop();
  stopMine();
  client.dispose();
});
