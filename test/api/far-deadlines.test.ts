import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { bookingIn, newBuyer, reservationIn } from './buyer.ts';
import { startTwoNodes, type TwoNodes } from './two-nodes.ts';
import { offer } from './venue.ts';

const daySeconds = 86_400;
const maxExtensions = 100;
const longestInt = 2 ** 31 - 1;
const soon = { withinMs: 20_000 };

let nodes: TwoNodes;
beforeAll(async () => {
  const farthest = {
    RESERVATION_SECONDS: String(daySeconds),
    EXTENSION_SECONDS: String(daySeconds),
    MAX_EXTENSIONS: String(maxExtensions),
    PAYMENT_SECONDS: '600',
  };
  nodes = await startTwoNodes({ env: farthest });
});
afterAll(() => nodes?.[Symbol.asyncDispose]());

test('a reservation that is extended as far as settings allow stays valid, and can be serialized', async () => {
  const house = await offer(nodes.a, { seats: 20, reservationSeconds: daySeconds });
  const buyer = await newBuyer();
  const { id, createdAt, expiresInMs } = reservationIn(await buyer.reserve(nodes.a, house, [3, 4]));
  expect(expiresInMs).toBe(daySeconds * 1000);
  for (let nth = 1; nth <= maxExtensions; nth++) {
    const node = nth % 2 === 0 ? nodes.a : nodes.b;
    const extended = reservationIn(await buyer.extend(node, id));
    expect(Date.parse(extended.expiresAt) - Date.parse(createdAt)).toBe((nth + 1) * daySeconds * 1000);
    expect(extended.expiresInMs).toBeGreaterThan(nth < 24 ? nth * daySeconds * 1000 : longestInt - 1);
    expect(extended.expiresInMs).toBeLessThanOrEqual(longestInt);
    expect(extended.extensionsLeft).toBe(maxExtensions - nth);
  }
  expect(await buyer.extend(nodes.a, id)).toMatchObject({ __typename: 'ExtensionLimitReached', limit: maxExtensions });
  const rival = await newBuyer();
  for (const node of [nodes.a, nodes.b])
    expect(await rival.reserve(node, house, [3])).toMatchObject({ __typename: 'SeatsUnavailable' });
  expect(await buyer.look(nodes.b, id)).toMatchObject({ status: 'ACTIVE', expiresInMs: longestInt });

  reservationIn(await buyer.cancel(nodes.a, id, [house.seatIds[4] ?? '']));
  // The other node hears of it a moment later, and refuses the seat until then.
  const isFree = async () => (await rival.reserve(nodes.b, house, [4])).__typename === 'Reservation';
  await waitFor(isFree, { ...soon, what: 'the released seat to be free' });
  expect(bookingIn(await buyer.confirm(nodes.b, id)).seats).toMatchObject([{ index: 3 }]);
});

test('a reservation of the shortest time holds for it, and is then free', async () => {
  const house = await offer(nodes.a, { seats: 20, reservationSeconds: 1 });
  const [buyer, rival] = [await newBuyer(), await newBuyer()];
  const { id, createdAt, expiresAt } = reservationIn(await buyer.reserve(nodes.a, house, [3]));
  expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(1_000);
  const isFree = async () => (await rival.reserve(nodes.b, house, [3])).__typename === 'Reservation';
  await waitFor(isFree, { ...soon, what: 'the seat to be free' });
  expect(await buyer.look(nodes.b, id)).toMatchObject({ status: 'EXPIRED', expiresInMs: 0 });
});
