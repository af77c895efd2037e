import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { type ReservationDetailsFragment, ViewerReservationChangesDocument } from '../../src/client/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Buyer, bookingIn, newBuyer, reservationIn } from './buyer.ts';
import { startTwoNodes, type TwoNodes } from './two-nodes.ts';
import { type Offer, offer } from './venue.ts';
import { Watch } from './watching.ts';

const soon = { withinMs: 20_000 };
let nodes: TwoNodes;
let hamlet: Offer;
let tempest: Offer;
beforeAll(async () => {
  nodes = await startTwoNodes({ env: { MAX_ACTIVE_RESERVATIONS: '10' } });
  [hamlet, tempest] = await Promise.all([offer(nodes.a), offer(nodes.a)]);
});
afterAll(() => nodes?.[Symbol.asyncDispose]());

/** Messages of a device that follows a buyer's reservations. */
function follow(node: App, token?: string) {
  const states: ReservationDetailsFragment[] = [];
  const watch = new Watch(node, ViewerReservationChangesDocument, {
    variables: {},
    ...(token !== undefined && { token }),
    hear: ({ viewerReservations }) => states.push(viewerReservations),
  });
  onTestFinished(() => watch[Symbol.asyncDispose]());
  const of = (id: string) => states.filter((state) => state.id === id);
  return {
    states,
    end: () => watch.end,
    of,
    until: (what: string, id: string, condition: (newest: ReservationDetailsFragment) => boolean) =>
      waitFor(() => of(id).slice(-1).some(condition), { ...soon, what }),
  };
}

const isActive = ({ status }: ReservationDetailsFragment) => status === 'ACTIVE';

describe("a viewer's reservations", () => {
  test('are sent one by one at first, and then at every change on any node', async () => {
    const buyer = await newBuyer();
    const first = reservationIn(await buyer.reserve(nodes.a, hamlet, [0, 1]));
    const second = reservationIn(await buyer.reserve(nodes.b, tempest, [0]));
    const device = follow(nodes.b, buyer.token);
    await waitFor(() => device.states.length === 2, { ...soon, what: 'those that run' });
    expect(device.states.map(({ id }) => id).sort()).toEqual([first.id, second.id].sort());

    const third = reservationIn(await buyer.reserve(nodes.a, hamlet, [2]));
    await device.until('a new one', third.id, isActive);
    reservationIn(await buyer.extend(nodes.a, first.id));
    await device.until('an extension', first.id, ({ extensionsLeft }) => extensionsLeft === 0);
    await buyer.cancel(nodes.a, first.id, hamlet.seatIds.slice(0, 1));
    await device.until('fewer seats', first.id, ({ seats }) => seats.length === 1);
    reservationIn(await buyer.cancel(nodes.a, second.id));
    await device.until('the cancelled one', second.id, ({ status }) => status === 'CANCELLED');
    bookingIn(await buyer.confirm(nodes.a, first.id));
    await device.until('the booked one', first.id, ({ status }) => status === 'CONFIRMED');
    expect(device.of(third.id)).toHaveLength(1);
    expect(device.end()).toBeUndefined();
  });

  test('are sent when they expire', async () => {
    const short = await offer(nodes.a, { reservationSeconds: 5 });
    const buyer = await newBuyer();
    const device = follow(nodes.b, buyer.token);
    const long = reservationIn(await buyer.reserve(nodes.a, hamlet, [4]));
    await device.until('the first', long.id, isActive);
    const { id } = reservationIn(await buyer.reserve(nodes.a, short, [0]));
    await device.until('it to lapse', id, ({ status }) => status === 'EXPIRED');
    expect(device.of(id).map(({ status }) => status)).toEqual(['ACTIVE', 'EXPIRED']);
  });

  test('are sent if they expire right after their creation', async () => {
    const buyer = await newBuyer();
    const devices = [follow(nodes.a, buyer.token), follow(nodes.b, buyer.token)];
    const running = reservationIn(await buyer.reserve(nodes.a, hamlet, [5]));
    for (const device of devices) await device.until('the first', running.id, isActive);
    const { id } = reservationIn(await buyer.reserve(nodes.a, hamlet, [6]));
    bookingIn(await buyer.confirm(nodes.a, id));
    for (const device of devices) await device.until('its booking', id, ({ status }) => status === 'CONFIRMED');
  });

  test('are not sent to others', async () => {
    const [buyer, other] = [await newBuyer(), await newBuyer()];
    const device = follow(nodes.b, buyer.token);
    reservationIn(await other.reserve(nodes.a, hamlet, [8]));
    const own = reservationIn(await buyer.reserve(nodes.a, hamlet, [9]));
    await device.until('its own', own.id, isActive);
    expect(device.states.map(({ id }) => id)).toEqual([own.id]);
  });

  test('need a token', async () => {
    const visitor = follow(nodes.b);
    await waitFor(visitor.end, { ...soon, what: 'the refusal' });
    expect(visitor.end()).toMatchObject({ error: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });
});

/** Must be the last test, because Redis stays down. */
test('changes of other devices arrive while nodes cannot notify each other', async () => {
  const buyer: Buyer = await newBuyer();
  const device = follow(nodes.b, buyer.token);
  const first = reservationIn(await buyer.reserve(nodes.a, hamlet, [11]));
  await device.until('the first', first.id, isActive);
  await nodes.redis.kill();
  const second = reservationIn(await buyer.reserve(nodes.a, tempest, [12]));
  await device.until('the second', second.id, isActive);
  reservationIn(await buyer.cancel(nodes.a, first.id));
  await device.until('the end of the first', first.id, ({ status }) => status === 'CANCELLED');
});
