import { expect, test } from 'vitest';
import type { PaymentProvider } from '../../src/payments/payment-provider.ts';
import { createTestPaymentProvider } from '../../src/payments/test-provider.ts';
import { startNode } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { bookingIn, newBuyer, reservationIn } from './buyer.ts';
import { offer } from './venue.ts';

const never = () => new Promise<never>(() => {});
const soon = { withinMs: 60_000 };
/** Includes ten seconds for the shutdown. */
const longEnough = 120_000;

test('a node stops in time although its payment provider never answers', { timeout: longEnough }, async () => {
  const inner = createTestPaymentProvider();
  let authorizing = 0;
  const payment: PaymentProvider = {
    ...inner,
    authorize: (known, token, signal) => {
      if (token === 'tok_ok') return inner.authorize(known, token, signal);
      authorizing += 1;
      return never();
    },
    capture: never,
    void: never,
  };
  const node = await startNode({ payment, env: { PAYMENT_SECONDS: '600' } });
  const house = await offer(node, { seats: 20 });
  const [buyer, other] = [await newBuyer(), await newBuyer()];
  const held = reservationIn(await buyer.reserve(node, house, [1]));
  bookingIn(await buyer.confirm(node, held.id, 'tok_ok'));
  const waiting = reservationIn(await other.reserve(node, house, [2]));
  const unanswered = other.confirm(node, waiting.id).catch(() => 'cut off');
  await waitFor(() => authorizing === 1, { ...soon, what: 'the provider to be asked' });

  let isStopped = false;
  const stopping = node[Symbol.asyncDispose]().then(() => {
    isStopped = true;
  });
  // 10 s for requests in flight, 3 s for captures.
  await waitFor(() => isStopped, { withinMs: 25_000, what: 'the node to stop' });
  await stopping;
  expect(await unanswered).toBe('cut off');
});

test('a payment provider that hangs delays neither other buyers nor the end of reservations', {
  timeout: longEnough,
}, async () => {
  const inner = createTestPaymentProvider();
  let hanging = 0;
  const hang = () => {
    hanging += 1;
    return never();
  };
  const payment: PaymentProvider = {
    ...inner,
    authorize: (known, token, signal) => (token === 'tok_ok' ? inner.authorize(known, token, signal) : hang()),
    capture: hang,
    read: hang,
    void: hang,
  };
  await using node = await startNode({ payment, env: { PAYMENT_SECONDS: '600' } });
  const house = await offer(node, { seats: 200 });
  const stuck = Array.from({ length: 40 }, async (_, seat) => {
    const buyer = await newBuyer();
    const { id } = reservationIn(await buyer.reserve(node, house, [seat]));
    return buyer.confirm(node, id).catch(() => 'cut off');
  });
  await waitFor(() => hanging === 40, { ...soon, what: 'the provider to be asked for all of them' });

  // More captures than may be in flight at once.
  for (let seat = 40; seat < 160; seat += 1) {
    const buyer = await newBuyer();
    const { id } = reservationIn(await buyer.reserve(node, house, [seat]));
    bookingIn(await buyer.confirm(node, id, 'tok_ok'));
  }
  const [buyer, rival] = [await newBuyer(), await newBuyer()];
  const brief = await offer(node, { reservationSeconds: 1 });
  const { id } = reservationIn(await buyer.reserve(node, brief, [0]));
  const isOver = async () => (await buyer.look(node, id))?.status === 'EXPIRED';
  await waitFor(isOver, { ...soon, what: 'the reservation to end' });
  const again = reservationIn(await rival.reserve(node, brief, [0]));
  bookingIn(await rival.confirm(node, again.id, 'tok_ok'));
  await node[Symbol.asyncDispose]();
  expect(new Set(await Promise.all(stuck))).toEqual(new Set(['cut off']));
});
