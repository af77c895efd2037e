import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openClient } from '../../../src/payments/stripe/client.ts';
import { StripeWebhook } from '../../../src/payments/stripe/webhook.ts';
import { clientOf, manual } from '../../stripe/double-client.ts';
import { StripeDouble } from '../../stripe/stripe-double.ts';
import { configFor, eventId, never, newOrder, paymentsBy } from './payments.ts';

const [current, previous] = ['whsec_current', 'whsec_previous'];
const order = newOrder();
const minutes = (count: number) => count * 60_000;

let double: StripeDouble;
let webhook: StripeWebhook;

beforeEach(async () => {
  double = await StripeDouble.open();
  webhook = new StripeWebhook(openClient(configFor(double)), [current, previous]);
});
afterEach(() => double[Symbol.asyncDispose]());

async function captured(token = 'pm_card_visa') {
  const payments = paymentsBy(double);
  const known = await payments.authorize(await payments.create(order, never), token, never);
  return payments.capture(known, never);
}

function eventOf(type: string) {
  const found = double.account.events.all.findLast((event) => event.type === type);
  if (found === undefined) throw new Error(`there is no ${type}`);
  return found;
}

/** As it is sent now, unless told otherwise. */
function read(type: string, { atMs = Date.now(), secrets = [current] } = {}) {
  const { payload, signature } = double.webhooks.signed(eventOf(type), { atMs, secrets });
  return webhook.read(Buffer.from(payload), signature, never);
}

describe('a webhook', () => {
  it.each([
    ['payment_intent.amount_capturable_updated', 'authorized'],
    ['payment_intent.succeeded', 'captured'],
    // What was made elsewhere does not have our ids: the PaymentIntent has.
    ['charge.dispute.created', null],
  ])('%s tells which payment is to be read', async (type, state) => {
    const { reference } = await captured('pm_card_createDispute');
    expect(await read(type)).toEqual({ id: eventOf(type).id, type, state, eventId, paymentId: order.id, reference });
  });

  it('tells of a refund that was made elsewhere', async () => {
    const { reference } = await captured();
    await clientOf(double).refunds.create({ payment_intent: reference });
    expect(await read('charge.refunded')).toMatchObject({ paymentId: order.id, reference });
  });

  it('tells of a refund that failed', async () => {
    const { reference } = await captured('pm_card_refundFail');
    await clientOf(double).refunds.create({ payment_intent: reference });
    for (const refund of double.account.refunds.all()) double.account.refunds.settle(refund);
    expect(await read('refund.failed')).toMatchObject({ paymentId: order.id, reference });
  });

  it('about something else, or of others who use the account, tells nothing', async () => {
    await captured();
    expect(await read('payment_intent.created')).toBeNull();
    const stripe = clientOf(double);
    const { id } = await stripe.paymentIntents.create({ ...manual, capture_method: 'automatic' });
    await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    double.account.disputes.open(double.account.intents.find(id));
    for (const type of ['payment_intent.succeeded', 'charge.dispute.created']) expect(await read(type)).toBeNull();
  });

  it.each([[[current]], [[previous]], [['whsec_next', current]]])('is accepted when signed by %j', async (secrets) => {
    await captured();
    expect(await read('payment_intent.succeeded', { secrets })).toMatchObject({ paymentId: order.id });
  });

  it.each([[['whsec_other']], [[]]])('is refused when signed by %j', async (secrets) => {
    await captured();
    await expect(read('payment_intent.succeeded', { secrets })).rejects.toMatchObject({
      name: 'BadWebhook',
      message: 'the signature is wrong',
    });
  });

  it.each([current, previous])('is refused when it was signed by %s long ago', async (secret) => {
    await captured();
    const old = { atMs: Date.now() - minutes(6), secrets: [secret] };
    await expect(read('payment_intent.succeeded', old)).rejects.toMatchObject({
      name: 'BadWebhook',
      message: 'it was signed more than five minutes ago',
    });
    expect(await read('payment_intent.succeeded', { ...old, atMs: Date.now() - minutes(4) })).not.toBeNull();
  });

  it('is refused when one byte is another, or nothing is signed', async () => {
    await captured();
    const { payload, signature } = double.webhooks.signed(eventOf('payment_intent.succeeded'), { secrets: [current] });
    const changed = Buffer.from(payload.replace('4500', '4501'));
    const wrong = { name: 'BadWebhook', message: 'the signature is wrong' };
    await expect(webhook.read(changed, signature, never)).rejects.toMatchObject(wrong);
    await expect(webhook.read(Buffer.from(''), signature, never)).rejects.toMatchObject(wrong);
    await expect(webhook.read(Buffer.from(payload), 'nonsense', never)).rejects.toMatchObject(wrong);
    await expect(webhook.read(Buffer.from(payload), undefined, never)).rejects.toMatchObject({
      message: 'there is no stripe-signature header',
    });
  });
});
