import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  createHoldfastClient,
  EventsDocument,
  type HoldfastClient,
  type Live,
  type LiveStore,
} from '../../src/client/index.ts';
import { seatAt } from '../api/venue.ts';
import { tokenFor } from '../support/node.ts';
import { nodeOnSale } from '../support/on-sale.ts';
import { waitFor } from '../support/wait-for.ts';
import { LooseLink } from './loose-link.ts';

const within = { withinMs: 15_000 };
const { node, hamlet } = await nodeOnSale({ seats: 40 });

function clientOf(options: Partial<Parameters<typeof createHoldfastClient>[0]>): HoldfastClient {
  const reconnect = { firstWaitMs: 20, maxWaitMs: 200 };
  const client = createHoldfastClient({ url: node.graphqlUrl, webSocketImpl: WebSocket, reconnect, ...options });
  onTestFinished(() => client.dispose());
  return client;
}

async function hold(client: HoldfastClient, seat: number): Promise<string> {
  const input = { eventId: hamlet.eventId, seatIds: [seatAt(hamlet.seatIds, seat)] };
  const outcome = await client.reserveSeats(input);
  return outcome.__typename === 'Reservation' ? outcome.id : expect.fail(JSON.stringify(outcome));
}

type Held = ReturnType<HoldfastClient['viewerReservations']> extends LiveStore<infer Data> ? Data : never;
const idsIn = ({ data }: Live<Held>) => data?.map(({ reservation: { id } }) => id);

/** Follows the reservations of the client's viewer. */
function watch(client: HoldfastClient) {
  const store = client.viewerReservations();
  const states: string[] = [];
  onTestFinished(store.subscribe(() => void states.push(store.getSnapshot().state)));
  return {
    store,
    states,
    until: (what: string, condition: (live: Live<Held>) => boolean) =>
      waitFor(() => condition(store.getSnapshot()), { ...within, what }),
    untilHeld: (...ids: string[]) =>
      waitFor(() => store.getSnapshot().state === 'live' && `${idsIn(store.getSnapshot())}` === `${ids}`, {
        ...within,
        what: `${ids.length} reservations`,
      }),
  };
}

test('reservations of one device are shown on another, with all of their changes', async () => {
  const token = await tokenFor('a buyer with two devices');
  const [phone, laptop] = [clientOf({ token }), clientOf({ token })];
  const held = watch(laptop);
  await held.untilHeld();
  const first = await hold(phone, 0);
  await held.untilHeld(first);
  expect(held.store.getSnapshot().data?.[0]?.countdown.getSnapshot()).toBeGreaterThan(590);
  const second = await hold(phone, 1);
  await held.untilHeld(first, second);
  await phone.extendReservation({ reservationId: first });
  await held.until('the extension', ({ data }) => data?.[0]?.reservation.extensionsLeft === 0);
  await phone.confirmReservation({ reservationId: first, paymentToken: 'tok_ok' });
  await held.untilHeld(second);
  await phone.cancelReservation({ reservationId: second });
  await held.untilHeld();
});

test("a tab that was open before the guest signed in shows the guest's reservations, and signs nobody in", async () => {
  const browser = {
    token: null as string | null,
    getItem: () => browser.token,
    setItem: (_: string, token: string) => (browser.token = token),
  };
  const [one, other] = [clientOf({ guests: browser }), clientOf({ guests: browser })];
  const held = watch(other);
  expect(held.store.getSnapshot()).toMatchObject({ state: 'connecting', data: null });
  // By the time of this answer, the client has looked for a guest.
  await other.query(EventsDocument, { first: 1 });
  expect(browser.token).toBeNull();
  const id = await hold(one, 5);
  await held.untilHeld(id);
});

test('reservations that ended during a disconnection are removed after it', async () => {
  await using link = await LooseLink.open(node.url);
  const token = await tokenFor('a buyer in a train');
  const [phone, laptop] = [clientOf({ token, url: link.graphqlUrl }), clientOf({ token })];
  const [lost, left] = [await hold(laptop, 10), await hold(laptop, 11)];
  const held = watch(phone);
  await held.untilHeld(lost, left);
  link.freeze();
  await laptop.cancelReservation({ reservationId: lost });
  link.cut();
  await held.until('the loss', () => held.states.includes('stale'));
  await held.untilHeld(left);
  await laptop.cancelReservation({ reservationId: left });
  await held.untilHeld();
});
