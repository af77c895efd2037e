import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PaymentProviderDocument } from '../../src/client/generated/documents.ts';
import { clientOf } from '../stripe/double-client.ts';
import { dataOf } from '../support/graphql.ts';
import { waitFor } from '../support/wait-for.ts';
import { bookingIn, newBuyer, reservationIn } from './buyer.ts';
import { look, type StripeNode, startStripeNode, untilPayment } from './stripe-node.ts';
import { type Offer, offer } from './venue.ts';

const soon = { withinMs: 40_000 };
let nextSeat = 0;

async function reserveOne({ node }: StripeNode, house: Offer) {
  const buyer = await newBuyer();
  return { buyer, ...reservationIn(await buyer.reserve(node, house, [nextSeat++])) };
}

describe('with Stripe', () => {
  let stage: StripeNode;
  let house: Offer;

  beforeAll(async () => {
    stage = await startStripeNode();
    house = await offer(stage.node, { seats: 100 });
  });
  beforeEach(() => {
    stage.double.interfere = () => 'none';
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  const intentOf = (reference: string | null | undefined) => stage.double.account.intents.find(reference ?? '');

  it('clients are told what to load', async () => {
    expect(await dataOf(stage.node.graphqlUrl, PaymentProviderDocument, {})).toMatchObject({
      paymentProvider: { name: 'stripe', publishableKey: 'pk_test_double' },
    });
  });

  it('a booking is authorized first, and captured after it is written', async () => {
    const { buyer, id, total } = await reserveOne(stage, house);
    bookingIn(await buyer.confirm(stage.node, id, 'pm_card_visa'));
    const { payment, status } = await untilPayment(stage.node, buyer, id, 'CAPTURED');
    expect(status).toBe('CONFIRMED');
    expect(intentOf(payment?.reference)).toMatchObject({ status: 'succeeded', amount: total.amount, currency: 'eur' });
  });

  it.each([
    ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['pm_unknown', 'resource_missing'],
    [null, 'parameter_missing'],
  ])('%s is declined, its PaymentIntent canceled, and another card books', async (token, reason) => {
    const { buyer, id } = await reserveOne(stage, house);
    expect(await buyer.confirm(stage.node, id, token)).toMatchObject({ __typename: 'PaymentFailed', reason });
    const { payment } = await look(stage.node, buyer, id);
    const isCanceled = () => intentOf(payment?.reference).status === 'canceled';
    await waitFor(isCanceled, { ...soon, what: 'the PaymentIntent to be canceled' });
    bookingIn(await buyer.confirm(stage.node, id, 'pm_card_visa'));
  });

  it('what Stripe never charges is declined, and nothing is left to be settled', async () => {
    const cheap = await offer(stage.node, { prices: [{ category: 'Front', amount: 49 }] });
    const buyer = await newBuyer();
    const { id } = reservationIn(await buyer.reserve(stage.node, cheap, [0]));
    expect(await buyer.confirm(stage.node, id, 'pm_card_visa')).toMatchObject({
      __typename: 'PaymentFailed',
      reason: 'amount_too_small',
    });
    expect((await look(stage.node, buyer, id)).payment).toMatchObject({ state: 'FAILED', reference: null });
  });

  it.each([true, false])('the bank asks the buyer, who comes back having approved: %s', async (isApproved) => {
    const { buyer, id } = await reserveOne(stage, house);
    const asked = await buyer.confirm(stage.node, id, 'pm_card_threeDSecure2Required');
    const { payment } = await look(stage.node, buyer, id);
    expect(asked).toMatchObject({
      __typename: 'PaymentActionRequired',
      clientSecret: intentOf(payment?.reference).clientSecret,
    });
    expect(payment).toMatchObject({ state: 'ACTION_REQUIRED' });
    stage.double.authenticate(payment?.reference ?? '', isApproved);
    const outcome = await buyer.confirm(stage.node, id);
    if (isApproved) bookingIn(outcome);
    else
      expect(outcome).toMatchObject({ __typename: 'PaymentFailed', reason: 'payment_intent_authentication_failure' });
  });

  it('two tabs with two cards pay once', async () => {
    const { buyer, id } = await reserveOne(stage, house);
    const tokens = ['pm_card_visa', 'pm_card_mastercard'];
    const outcomes = await Promise.all(tokens.map((token) => buyer.confirm(stage.node, id, token)));
    expect(new Set(outcomes.map((outcome) => bookingIn(outcome).id)).size).toBe(1);
    await untilPayment(stage.node, buyer, id, 'CAPTURED');
    const held = () =>
      stage.double.account.intents
        .all()
        .filter(({ metadata, status }) => status !== 'canceled' && id.includes(metadata.holdfast_reservation ?? '-'));
    expect(held().length).toBeLessThanOrEqual(1);
  });

  it.each(['lose answer', 'fail after'] as const)(
    'a confirm that meets with "%s" is paid once',
    async (interference) => {
      const { buyer, id } = await reserveOne(stage, house);
      let left = 1;
      stage.double.interfere = ({ path }) => (path.endsWith('/confirm') && left-- > 0 ? interference : 'none');
      const outcome = await buyer.confirm(stage.node, id, 'pm_card_visa');
      expect(['Booking', 'ServiceBusy']).toContain(outcome.__typename);
      bookingIn(await buyer.confirm(stage.node, id, 'pm_card_visa'));
      const { payment } = await untilPayment(stage.node, buyer, id, 'CAPTURED');
      expect(intentOf(payment?.reference)).toMatchObject({ status: 'succeeded' });
    },
  );

  it('a refund made at Stripe, and a dispute, are seen', async () => {
    const { buyer, id } = await reserveOne(stage, house);
    bookingIn(await buyer.confirm(stage.node, id, 'pm_card_visa'));
    const { payment } = await untilPayment(stage.node, buyer, id, 'CAPTURED');
    const reference = payment?.reference ?? '';
    await clientOf(stage.double).refunds.create({ payment_intent: reference, amount: 1_000 });
    expect(await untilPayment(stage.node, buyer, id, 'PARTLY_REFUNDED')).toMatchObject({
      payment: { refunded: { amount: 1_000 }, disputed: false },
    });
    const dispute = stage.double.account.disputes.open(intentOf(reference));
    const isDisputed = async () => (await look(stage.node, buyer, id)).payment?.disputed;
    await waitFor(isDisputed, { ...soon, what: 'the dispute to be seen' });
    stage.double.account.disputes.close(dispute, 'won');
    await waitFor(async () => !(await isDisputed()), { ...soon, what: 'the end of the dispute to be seen' });
  });
});

describe('charged at once', () => {
  let stage: StripeNode;

  beforeAll(async () => {
    stage = await startStripeNode({ STRIPE_CAPTURE: 'automatic' });
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  it('a booking is paid by iDEAL, on the page of the bank', async () => {
    const house = await offer(stage.node);
    const buyer = await newBuyer();
    const { id } = reservationIn(await buyer.reserve(stage.node, house, [0]));
    const stripe = clientOf(stage.double);
    const ideal = await stripe.paymentMethods.create({ type: 'ideal' });
    const return_url = 'https://tickets.example/';
    const token = await stripe.testHelpers.confirmationTokens.create({ payment_method: ideal.id, return_url });
    expect(await buyer.confirm(stage.node, id, token.id)).toMatchObject({ __typename: 'PaymentActionRequired' });
    const { payment } = await look(stage.node, buyer, id);
    stage.double.authenticate(payment?.reference ?? '', true);
    await untilPayment(stage.node, buyer, id, 'CAPTURED');
    bookingIn(await buyer.confirm(stage.node, id));
  });
});
