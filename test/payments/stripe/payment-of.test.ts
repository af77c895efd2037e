import { randomUUID } from 'node:crypto';
import type { Stripe } from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ourIds, paymentOf } from '../../../src/payments/stripe/payment-of.ts';
import { clientOf, manual } from '../../stripe/double-client.ts';
import { StripeDouble } from '../../stripe/stripe-double.ts';

const ids = { paymentId: randomUUID(), eventId: randomUUID() };
let double: StripeDouble;
let intent: Stripe.PaymentIntent;

beforeAll(async () => {
  double = await StripeDouble.open();
  const stripe = clientOf(double);
  const { id } = await stripe.paymentIntents.create(manual);
  intent = await stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa', expand: ['latest_charge'] });
});
afterAll(() => double[Symbol.asyncDispose]());

const withStatus = (status: Stripe.PaymentIntent.Status) => paymentOf({ ...intent, status }, ids, false);

describe('a PaymentIntent', () => {
  it.each([
    ['requires_payment_method', 'unpaid'],
    ['requires_confirmation', 'unpaid'],
    ['requires_action', 'action-required'],
    ['processing', 'processing'],
    ['requires_capture', 'authorized'],
    ['succeeded', 'captured'],
    ['canceled', 'voided'],
  ] as const)('that is %s is %s', (status, state) => {
    expect(withStatus(status)).toMatchObject({
      id: ids.paymentId,
      eventId: ids.eventId,
      reference: intent.id,
      state,
      amount: 4_500,
    });
  });

  it('in a state of a later version is a fault', () => {
    expect(() => withStatus('requires_patience')).toThrow('requires_patience');
  });

  it('gives its client secret only while the buyer is asked', () => {
    expect(withStatus('requires_action').clientSecret).toBe(intent.client_secret);
    expect(withStatus('requires_capture').clientSecret).toBeNull();
  });

  it('tells why it was declined by the bank, or else by Stripe', () => {
    const declined = (last_payment_error: object) =>
      paymentOf(
        { ...intent, status: 'requires_payment_method', last_payment_error } as Stripe.PaymentIntent,
        ids,
        false,
      );
    expect(declined({ code: 'card_declined', decline_code: 'lost_card' }).declineReason).toBe('lost_card');
    expect(declined({ code: 'payment_intent_authentication_failure' }).declineReason).toBe(
      'payment_intent_authentication_failure',
    );
    expect(withStatus('requires_payment_method').declineReason).toBeNull();
  });

  it('counts as refunded only what was taken', () => {
    const charge = { amount_refunded: 4_500 } as Stripe.Charge;
    const refunded = (status: Stripe.PaymentIntent.Status) =>
      paymentOf({ ...intent, status, latest_charge: charge }, ids, false).refunded;
    expect(refunded('succeeded')).toBe(4_500);
    expect(refunded('canceled')).toBe(0);
  });

  it('is ours by its metadata', () => {
    const { paymentId: holdfast_payment, eventId: holdfast_event } = ids;
    expect(ourIds({ holdfast_payment, holdfast_event, holdfast_reservation: 'r1' })).toEqual(ids);
    for (const others of [{}, { holdfast_payment }, { holdfast_payment, holdfast_event: 'e1' }]) {
      expect(ourIds(others as Stripe.Metadata)).toBeNull();
    }
  });
});
