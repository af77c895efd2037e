import type { Stripe } from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientOf, manual, refusalOf } from './double-client.ts';
import { StripeDouble } from './stripe-double.ts';

let double: StripeDouble;
let stripe: Stripe;

beforeEach(async () => {
  double = await StripeDouble.open();
  stripe = clientOf(double);
});
afterEach(() => double[Symbol.asyncDispose]());

const automatic = { ...manual, capture_method: 'automatic' } as const;
const expand = ['latest_charge'];

async function paid(token: string, request: Stripe.PaymentIntentCreateParams = manual): Promise<Stripe.PaymentIntent> {
  const { id } = await stripe.paymentIntents.create(request);
  return stripe.paymentIntents.confirm(id, { payment_method: token });
}

const happened = () => double.account.events.all.map(({ type }) => type);

describe('a PaymentIntent', () => {
  it('is authorized, and captured later', async () => {
    const made = await stripe.paymentIntents.create({ ...manual, metadata: { order: '6' } });
    expect(made).toMatchObject({ status: 'requires_payment_method', amount: 4_500, metadata: { order: '6' } });
    const authorized = await stripe.paymentIntents.confirm(made.id, { payment_method: 'pm_card_visa' });
    expect(authorized).toMatchObject({ status: 'requires_capture', amount_capturable: 4_500, amount_received: 0 });
    const captured = await stripe.paymentIntents.capture(made.id, { expand });
    expect(captured).toMatchObject({ status: 'succeeded', amount_capturable: 0, amount_received: 4_500 });
    expect(captured.latest_charge).toMatchObject({ captured: true, amount_refunded: 0, metadata: { order: '6' } });
    expect(happened()).toEqual([
      ...['payment_intent.created', 'charge.succeeded', 'payment_intent.amount_capturable_updated'],
      ...['charge.captured', 'payment_intent.succeeded'],
    ]);
  });

  it('is captured at once where it may be', async () => {
    expect(await paid('pm_card_visa', automatic)).toMatchObject({ status: 'succeeded', amount_received: 4_500 });
  });

  it('is captured in part, and the rest is released', async () => {
    const { id } = await paid('pm_card_visa');
    const { latest_charge: charge } = await stripe.paymentIntents.capture(id, { amount_to_capture: 1_000, expand });
    expect(charge).toMatchObject({ amount_captured: 1_000, amount_refunded: 3_500 });
  });

  it('releases what is authorized when it is canceled, and is final then', async () => {
    const { id } = await paid('pm_card_visa');
    const canceled = await stripe.paymentIntents.cancel(id, { expand });
    expect(canceled).toMatchObject({ status: 'canceled', amount_received: 0, latest_charge: { captured: false } });
    expect(canceled.latest_charge).toMatchObject({ amount_refunded: 4_500 });
    const refusals = [
      await refusalOf(stripe.paymentIntents.capture(id)),
      await refusalOf(stripe.paymentIntents.cancel(id)),
      await refusalOf(stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })),
    ];
    expect(refusals.map(({ code }) => code)).toEqual(Array(3).fill('payment_intent_unexpected_state'));
  });

  it.each([
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
  ])('is declined by %s, and may be tried with another card', async (token, code, declineCode) => {
    const { id } = await stripe.paymentIntents.create(manual);
    const refusal = await refusalOf(stripe.paymentIntents.confirm(id, { payment_method: token }));
    expect(refusal).toMatchObject({ type: 'StripeCardError', statusCode: 402, code, decline_code: declineCode });
    expect(refusal.payment_intent).toMatchObject({ id, status: 'requires_payment_method', payment_method: null });
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
      last_payment_error: { decline_code: declineCode },
    });
    expect(await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })).toMatchObject({
      status: 'requires_capture',
      last_payment_error: null,
    });
  });

  it('asks the buyer first, who approves or fails', async () => {
    const [approved, failed] = [
      await paid('pm_card_threeDSecure2Required'),
      await paid('pm_card_authenticationRequired'),
    ];
    expect(approved).toMatchObject({ status: 'requires_action', next_action: { type: 'redirect_to_url' } });
    double.authenticate(approved.id, true);
    expect(await stripe.paymentIntents.retrieve(approved.id)).toMatchObject({ status: 'requires_capture' });
    const page = failed.next_action?.redirect_to_url?.url ?? '';
    expect(await (await fetch(page)).text()).toContain('Approve');
    await fetch(page, { method: 'POST', body: new URLSearchParams({ answer: 'fail' }), redirect: 'manual' });
    expect(await stripe.paymentIntents.retrieve(failed.id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
    expect(happened()).toContain('payment_intent.payment_failed');
  });

  it('is declined after the buyer has approved', async () => {
    const { id } = await paid('pm_card_threeDSecureRequiredChargeDeclined');
    double.authenticate(id, true);
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'card_declined' },
    });
  });

  it('takes days with a bank account, which cannot be authorized only', async () => {
    const { id } = await stripe.paymentIntents.create(manual);
    const refusal = await refusalOf(stripe.paymentIntents.confirm(id, { payment_method: 'pm_usBankAccount_success' }));
    expect(refusal.type).toBe('StripeInvalidRequestError');
    const { intents } = double.account;
    const outcomes = {
      pm_usBankAccount_success: 'succeeded',
      pm_usBankAccount_insufficientFunds: 'requires_payment_method',
    };
    for (const [token, outcome] of Object.entries(outcomes)) {
      const processing = await paid(token, automatic);
      expect(processing.status).toBe('processing');
      intents.settle(intents.find(processing.id));
      expect((await stripe.paymentIntents.retrieve(processing.id)).status).toBe(outcome);
    }
  });

  it('pays by a ConfirmationToken once, and asks for a return_url where methods may redirect', async () => {
    const { testHelpers, paymentIntents } = stripe;
    const request = { amount: 4_500, currency: 'eur', automatic_payment_methods: { enabled: true } };
    const refusal = await refusalOf(paid('pm_card_visa', request));
    expect(refusal).toMatchObject({ type: 'StripeInvalidRequestError', param: 'return_url' });
    const ideal = await stripe.paymentMethods.create({ type: 'ideal' });
    const return_url = 'https://tickets.example/';
    const token = await testHelpers.confirmationTokens.create({ payment_method: ideal.id, return_url });
    const { id } = await paymentIntents.create(request);
    const confirmed = await paymentIntents.confirm(id, { confirmation_token: token.id, use_stripe_sdk: true });
    expect(confirmed.next_action).toMatchObject({ type: 'redirect_to_url', redirect_to_url: { return_url } });
    const another = await paymentIntents.create(request);
    await refusalOf(paymentIntents.confirm(another.id, { confirmation_token: token.id }));
  });

  it.each([
    [{ amount: 49 }, 'amount_too_small'],
    [{ amount: 100_000_000 }, 'amount_too_large'],
    [{ amount: 1_001, currency: 'kwd' }, 'parameter_invalid_integer'],
    [{ amount: 150, currency: 'isk' }, 'parameter_invalid_integer'],
    [{ amount: 49, currency: 'jpy' }, 'amount_too_small'],
    [{ currency: 'xyz' }, undefined],
  ])('is not made for %j', async (request, code) => {
    const refusal = await refusalOf(stripe.paymentIntents.create({ ...manual, ...request }));
    expect(refusal).toMatchObject({ type: 'StripeInvalidRequestError', code });
  });

  it('is listed newest first, page by page', async () => {
    const made: string[] = [];
    for (let n = 0; n < 25; n += 1) made.push((await stripe.paymentIntents.create(manual)).id);
    const listed: string[] = [];
    for await (const { id } of stripe.paymentIntents.list({ limit: 10, created: { gte: 1 } })) listed.push(id);
    expect(listed).toEqual(made.toReversed());
    expect((await stripe.paymentIntents.list({ created: { lt: 1 } })).data).toEqual([]);
    expect((await stripe.events.list({ limit: 3 })).data.map(({ type }) => type)).toEqual(
      Array(3).fill('payment_intent.created'),
    );
  });
});

describe('money given back', () => {
  it('is refunded in parts, and never more than was taken', async () => {
    const { id } = await paid('pm_card_visa', automatic);
    await stripe.refunds.create({ payment_intent: id, amount: 1_000 });
    await refusalOf(stripe.refunds.create({ payment_intent: id, amount: 3_501 }));
    const rest = await stripe.refunds.create({ payment_intent: id, metadata: { why: 'cancelled' } });
    expect(rest).toMatchObject({ amount: 3_500, status: 'succeeded', metadata: { why: 'cancelled' } });
    expect((await refusalOf(stripe.refunds.create({ payment_intent: id }))).code).toBe('charge_already_refunded');
    expect((await stripe.refunds.list({ payment_intent: id })).data).toHaveLength(2);
  });

  it('is with the account again when the refund fails', async () => {
    const { id } = await paid('pm_card_refundFail', automatic);
    const refund = await stripe.refunds.create({ payment_intent: id });
    expect(refund.status).toBe('pending');
    for (const each of double.account.refunds.all()) double.account.refunds.settle(each);
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(id, { expand });
    expect(charge).toMatchObject({ amount_refunded: 0 });
    expect(happened()).toContain('refund.failed');
  });

  it('is disputed, and the charge stays marked whoever wins', async () => {
    const { id } = await paid('pm_card_createDispute', automatic);
    expect((await refusalOf(stripe.refunds.create({ payment_intent: id }))).code).toBe('charge_disputed');
    for (const dispute of double.account.disputes.all()) double.account.disputes.close(dispute, 'won');
    expect((await stripe.disputes.list({ payment_intent: id })).data).toMatchObject([{ status: 'won' }]);
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(id, { expand });
    expect(charge).toMatchObject({ disputed: true });
  });
});
