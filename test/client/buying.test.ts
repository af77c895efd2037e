import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { App } from '../../src/app.ts';
import {
  createHoldfastClient,
  EventSectionsDocument,
  match,
  SeatsDocument,
  statusAt,
  unpackSeatCodes,
} from '../../src/client/index.ts';
import { type Offer, offer } from '../api/venue.ts';
import { startNode } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { LooseLink } from './loose-link.ts';

const within = { withinMs: 15_000 };

describe.each([false, true])(
  'a guest, whose operations are sent as hashes to a server that takes nothing else: %s',
  (trusted) => {
    let node: App;
    let hamlet: Offer;
    beforeAll(async () => {
      node = await startNode({ env: { TRUSTED_OPERATIONS_ONLY: String(trusted) } });
      hamlet = await offer(node);
    });
    afterAll(() => node?.[Symbol.asyncDispose]());

    test('watches a map, reserves two of its seats, extends, and books them', async () => {
      const options = { url: node.graphqlUrl, guests: true, trustedOperations: trusted, webSocketImpl: WebSocket };
      const client = createHoldfastClient(options);
      onTestFinished(() => client.dispose());
      const map = client.seatMap(hamlet.eventId);
      onTestFinished(map.subscribe(() => {}));
      await waitFor(() => map.getSnapshot().state === 'live', { ...within, what: 'the map' });
      expect((await client.query(EventSectionsDocument, { eventId: hamlet.eventId })).event?.name).toBe('Hamlet');

      const outcome = await client.reserveSeats({ eventId: hamlet.eventId, seatIds: hamlet.seatIds.slice(0, 2) });
      const id = match(outcome, { Reservation: (reservation) => reservation.id }, ({ message }) =>
        expect.fail(message),
      );
      await waitFor(() => map.getSnapshot().data?.availability.reserved === 2, { ...within, what: 'the news' });
      const mine = client.reservation(id);
      onTestFinished(mine.subscribe(() => {}));
      await waitFor(() => mine.getSnapshot().state === 'live', { ...within, what: 'the reservation' });
      expect(mine.getSnapshot().data?.countdown.getSnapshot()).toBe(600);
      await client.extendReservation({ reservationId: id });
      const seconds = () => mine.getSnapshot().data?.countdown.getSnapshot() ?? 0;
      await waitFor(() => seconds() > 600, { ...within, what: 'the longer countdown' });

      const booked = await client.confirmReservation({ reservationId: id, paymentToken: 'tok_ok' });
      expect(booked).toMatchObject({ __typename: 'Booking', status: 'CONFIRMED' });
      await waitFor(() => mine.getSnapshot().state === 'ended', { ...within, what: 'the end' });
      expect(mine.getSnapshot().data?.reservation.booking?.id).toBe(booked.__typename === 'Booking' && booked.id);
      await waitFor(() => statusAt(map.getSnapshot().data?.statuses ?? [], 0) === 'BOOKED', {
        ...within,
        what: 'the news',
      });
    });

    test('may pay again after a decline', async () => {
      const options = { url: node.graphqlUrl, guests: true, trustedOperations: trusted };
      const client = createHoldfastClient(options);
      const outcome = await client.reserveSeats({ eventId: hamlet.eventId, seatIds: hamlet.seatIds.slice(4, 5) });
      if (outcome.__typename !== 'Reservation') return expect.fail(JSON.stringify(outcome));
      const pay = (paymentToken: string) => client.confirmReservation({ reservationId: outcome.id, paymentToken });
      expect((await pay('tok_decline')).__typename).toBe('PaymentFailed');
      expect((await pay('tok_ok')).__typename).toBe('Booking');
    });
  },
);

test("the map equals the server's after many buyers and repeated network faults", async () => {
  await using node = await startNode({ env: { MAX_ACTIVE_RESERVATIONS: '100' } });
  const hamlet = await offer(node, { seats: 60 });
  await using link = await LooseLink.open(node.url);
  const client = createHoldfastClient({
    url: link.graphqlUrl,
    guests: true,
    webSocketImpl: WebSocket,
    reconnect: { firstWaitMs: 10, maxWaitMs: 50 },
    retry: { firstWaitMs: 10, maxWaitMs: 50 },
  });
  onTestFinished(() => client.dispose());
  const map = client.seatMap(hamlet.eventId);
  const states: string[] = [];
  onTestFinished(map.subscribe(() => void states.push(map.getSnapshot().state)));

  const buy = async (index: number) => {
    const outcome = await client.reserveSeats({
      eventId: hamlet.eventId,
      seatIds: hamlet.seatIds.slice(index, index + 2),
    });
    if (outcome.__typename !== 'Reservation') return;
    if (index % 3 === 0) await client.confirmReservation({ reservationId: outcome.id });
    if (index % 3 === 1) await client.cancelReservation({ reservationId: outcome.id });
  };
  for (let index = 0; index < 58; index += 1) {
    const buying = buy(index);
    if (index % 5 === 0) link.cut();
    await buying;
  }
  link.cut();
  const server = async () => {
    const { event } = await client.query(EventSectionsDocument, { eventId: hamlet.eventId });
    return Array.from(unpackSeatCodes(event?.seatMap.statuses ?? '', 60));
  };
  const isRight = async () => `${Array.from(map.getSnapshot().data?.statuses ?? [])}` === `${await server()}`;
  await waitFor(() => map.getSnapshot().state === 'live' && isRight(), { ...within, what: 'the same map' });
  expect(states).toContain('stale');
  const { event } = await client.query(SeatsDocument, { eventId: hamlet.eventId, first: 60 });
  const named = event?.seats.edges.map((edge) => edge.node.status);
  expect(named).toEqual(
    Array.from({ length: 60 }, (_, index) => statusAt(map.getSnapshot().data?.statuses ?? [], index)),
  );
});
