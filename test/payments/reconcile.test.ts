import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPaymentProvider } from '../../src/payments/open-provider.ts';
import type { PaymentProvider } from '../../src/payments/payment-provider.ts';
import { reconcilePayments } from '../../src/payments/reconcile.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { bookingIn, newBuyer, reservationIn } from '../api/buyer.ts';
import { look, type StripeNode, startStripeNode, untilPayment } from '../api/stripe-node.ts';
import { type Offer, offer } from '../api/venue.ts';
import { clientOf, manual } from '../stripe/double-client.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { jwtSecret } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { configFor } from './stripe/payments.ts';

const { signal } = new AbortController();
let database: TestDatabase;
let store: Database;
let stage: StripeNode;
let provider: PaymentProvider;
let house: Offer;
let nextSeat = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openDatabase({ kind: 'postgres', url: database.url, poolSize: 2 });
  stage = await startStripeNode({ DATABASE_URL: database.url, JWT_SECRET: jwtSecret });
  // What it tells does not arrive.
  stage.double.webhooks.plan = () => [];
  ({ provider } = await openPaymentProvider(configFor(stage.double)));
  house = await offer(stage.node, { seats: 20 });
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
  await store?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
});

const reconcile = () => reconcilePayments({ database: store, provider, sinceMs: 0, signal });
const found = async () =>
  (await reconcile()).differences.map(({ payment, what }) => [payment.reference, what] as const);

async function booked() {
  const buyer = await newBuyer();
  const { id } = reservationIn(await buyer.reserve(stage.node, house, [nextSeat++]));
  bookingIn(await buyer.confirm(stage.node, id, 'pm_card_visa'));
  const { payment } = await untilPayment(stage.node, buyer, id, 'CAPTURED');
  return { buyer, id, reference: payment?.reference ?? '' };
}

it('finds nothing where both have the same', async () => {
  await booked();
  await clientOf(stage.double).paymentIntents.create(manual);
  expect(await reconcile()).toEqual({ compared: 1, unknown: 0, differences: [] });
});

it('has a refund taken note of that was made at the provider', async () => {
  const { buyer, id, reference } = await booked();
  await clientOf(stage.double).refunds.create({ payment_intent: reference, amount: 700 });
  expect(await found()).toEqual([
    [reference, 'the store says CAPTURED, refunded 0; the provider has captured, refunded 700'],
  ]);
  await untilPayment(stage.node, buyer, id, 'PARTLY_REFUNDED');
  expect(await found()).toEqual([]);
});

it('has a dispute taken note of', async () => {
  const { buyer, id, reference } = await booked();
  stage.double.account.disputes.open(stage.double.account.intents.find(reference));
  expect(await found()).toEqual([[reference, 'disputed by the buyer']]);
  const isSeen = async () => (await look(stage.node, buyer, id)).payment?.disputed;
  await waitFor(isSeen, { withinMs: 40_000, what: 'the dispute to be seen' });
  expect(await found()).toEqual([]);
});

it('gives back what a second attempt at the same payment holds', async () => {
  const { reference } = await booked();
  const { metadata } = await clientOf(stage.double).paymentIntents.retrieve(reference);
  const stray = await clientOf(stage.double).paymentIntents.create({ ...manual, metadata });
  await clientOf(stage.double).paymentIntents.confirm(stray.id, { payment_method: 'pm_card_visa' });
  const strays = async () => (await found()).filter(([each]) => each === stray.id);
  expect(await strays()).toEqual([[stray.id, 'a second attempt at the same payment, now given back']]);
  expect((await clientOf(stage.double).paymentIntents.retrieve(stray.id)).status).toBe('canceled');
  expect(await strays()).toEqual([]);
});

it('counts what is not in this database', async () => {
  const order = {
    id: crypto.randomUUID(),
    eventId: crypto.randomUUID(),
    reservationId: '',
    amount: 4_500,
    currency: 'EUR',
  };
  await provider.create(order, signal);
  expect(await reconcile()).toMatchObject({ unknown: 1 });
});
