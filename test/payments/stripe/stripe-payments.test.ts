import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PaymentOrder, ProviderPayment } from '../../../src/payments/payment-provider.ts';
import type { StripePayments } from '../../../src/payments/stripe/stripe-payments.ts';
import { clientOf } from '../../stripe/double-client.ts';
import { type Interference, StripeDouble } from '../../stripe/stripe-double.ts';
import { waitFor } from '../../support/wait-for.ts';
import { eventId, never, newOrder, paymentsBy } from './payments.ts';

let double: StripeDouble;
let payments: StripePayments;

beforeEach(async () => {
  double = await StripeDouble.open();
  payments = paymentsBy(double);
});
afterEach(() => double[Symbol.asyncDispose]());

const soon = { withinMs: 20_000 };
const create = (order: PaymentOrder = newOrder()) => payments.create(order, never);
const intents = () => double.account.intents.all();
const statuses = () => intents().map(({ status }) => status);

async function authorized(token = 'pm_card_visa'): Promise<ProviderPayment> {
  return payments.authorize(await create(), token, never);
}

async function captured(token?: string): Promise<ProviderPayment> {
  return payments.capture(await authorized(token), never);
}

/** What is posted to a path that ends so meets with it, the first `times`. */
function interfere(path: string, interference: Interference, times = Number.POSITIVE_INFINITY): void {
  let left = times;
  double.interfere = (call) =>
    call.method === 'POST' && call.path.endsWith(path) && left-- > 0 ? interference : 'none';
}

describe('create', () => {
  it('makes one PaymentIntent for a payment, with its ids, and no money asked for', async () => {
    const order = newOrder();
    const [first, second] = [await create(order), await create(order)];
    expect(first).toEqual({
      id: order.id,
      eventId,
      reference: expect.stringMatching(/^pi_/),
      state: 'unpaid',
      amount: 4_500,
      refunded: 0,
      disputed: false,
      clientSecret: null,
      declineReason: null,
    });
    expect(second).toEqual(first);
    expect(intents()).toMatchObject([
      {
        captureMethod: 'manual',
        allowsRedirects: false,
        metadata: {
          holdfast_payment: order.id,
          holdfast_event: eventId,
          holdfast_reservation: order.reservationId,
        },
      },
    ]);
    expect(double.calls.map(({ idempotencyKey }) => idempotencyKey)).toEqual([order.id, order.id]);
  });

  it.each([
    [{ amount: 49 }, 'amount_too_small'],
    [{ amount: 100_000_000 }, 'amount_too_large'],
    [{ amount: 5_124, currency: 'KWD' }, 'invalid_amount'],
    [{ currency: 'KPW' }, 'invalid_request_error'],
  ])('is refused for good for %j', async (changes, reason) => {
    await expect(create(newOrder(changes))).rejects.toMatchObject({ name: 'PaymentRefused', reason });
  });

  it.each([
    ['JPY', 500],
    ['ISK', 50],
    ['KWD', 5_120],
    ['HUF', 20_000],
  ])('has the amount in %s as we count it', async (currency, amount) => {
    expect(await create(newOrder({ currency, amount }))).toMatchObject({ amount });
  });

  it('finds what was made when the answer was lost', async () => {
    interfere('/payment_intents', 'lose answer', 1);
    expect((await create()).state).toBe('unpaid');
    expect(intents()).toHaveLength(1);
  });

  it('is made anew where another version of the server has asked otherwise', async () => {
    const order = newOrder();
    await paymentsBy(double, { capture: 'automatic' }).create(order, never);
    const answers = [await create(order), await create(order)];
    expect(new Set(answers.map(({ reference }) => reference)).size).toBe(1);
    expect(intents().map(({ captureMethod }) => captureMethod)).toEqual(['automatic', 'manual']);
  });

  it('is a fault when there are too many requests, and works once there are fewer', async () => {
    const order = newOrder();
    interfere('/payment_intents', 'rate limit', 1);
    await expect(create(order)).rejects.toMatchObject({ statusCode: 429 });
    expect(await create(order)).toMatchObject({ id: order.id });
  });

  it('comes to one and the same PaymentIntent after Stripe has kept a fault', async () => {
    const order = newOrder();
    interfere('/payment_intents', 'fail', 1);
    await expect(create(order)).rejects.toMatchObject({ statusCode: 500 });
    const answers = await Promise.all([create(order), create(order), create(order)]);
    expect(new Set(answers.map(({ reference }) => reference)).size).toBe(1);
    expect(intents()).toHaveLength(1);
  });
});

describe('authorize', () => {
  it('secures the money, and takes none', async () => {
    expect(await authorized()).toMatchObject({ state: 'authorized', declineReason: null, clientSecret: null });
    expect(statuses()).toEqual(['requires_capture']);
  });

  it('takes a ConfirmationToken', async () => {
    const token = await clientOf(double).testHelpers.confirmationTokens.create({ payment_method: 'pm_card_visa' });
    expect(await authorized(token.id)).toMatchObject({ state: 'authorized' });
  });

  it.each([
    ['pm_card_chargeDeclined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error'],
    // What no form of Stripe's gave: said to the buyer's client, not a fault of the provider's.
    ['pm_unknown', 'resource_missing'],
    ['ctoken_unknown', 'resource_missing'],
    ['pm_usBankAccount_success', 'payment_method_unexpected_state'],
    ['tok_visa', 'resource_missing'],
    ['', 'resource_missing'],
    ['pm_a\r\nx: y', 'resource_missing'],
    [`pm_${'x'.repeat(5_000)}`, 'resource_missing'],
  ])('with %j is declined as %s', async (token, declineReason) => {
    expect(await authorized(token)).toMatchObject({ state: 'unpaid', declineReason });
  });

  it('without a token is declined', async () => {
    expect(await payments.authorize(await create(), null, never)).toMatchObject({
      state: 'unpaid',
      declineReason: 'parameter_missing',
    });
  });

  it('has the bank ask the buyer, who approves', async () => {
    const asked = await authorized('pm_card_threeDSecure2Required');
    expect(asked).toMatchObject({ state: 'action-required', clientSecret: expect.stringMatching(/^pi_\w+_secret_/) });
    expect(intents()).toMatchObject([{ usesSdk: true }]);
    double.authenticate(asked.reference, true);
    expect(await payments.read(asked, never)).toMatchObject({ state: 'authorized', clientSecret: null });
  });

  it('has the bank ask the buyer, who does not', async () => {
    const asked = await authorized('pm_card_authenticationRequired');
    double.authenticate(asked.reference, false);
    expect(await payments.read(asked, never)).toMatchObject({
      state: 'unpaid',
      declineReason: 'payment_intent_authentication_failure',
    });
  });

  it.each(['lose answer', 'fail after', 'hang after'] as const)(
    'secures the money once after "%s"',
    async (interference) => {
      const known = await create();
      interfere('/confirm', interference, 1);
      const stop = new AbortController();
      const first = payments.authorize(known, 'pm_card_visa', stop.signal).catch(() => null);
      await waitFor(() => statuses()[0] === 'requires_capture', { ...soon, what: 'the money to be secured' });
      stop.abort();
      await first;
      double.interfere = () => 'none';
      expect(await payments.authorize(known, 'pm_card_visa', never)).toMatchObject({ state: 'authorized' });
      expect(double.account.events.all.filter(({ type }) => type === 'charge.succeeded')).toHaveLength(1);
    },
  );

  it('by two cards at once secures the money by one', async () => {
    const known = await create();
    const tokens = ['pm_card_visa', 'pm_card_mastercard'];
    const answers = await Promise.all(tokens.map((token) => payments.authorize(known, token, never)));
    expect(answers.map(({ state }) => state)).toEqual(['authorized', 'authorized']);
    expect(double.account.events.all.filter(({ type }) => type === 'charge.succeeded')).toHaveLength(1);
  });
});

describe('capture', () => {
  it('takes the money once, however often it is asked', async () => {
    const known = await authorized();
    const answers = [await payments.capture(known, never), await payments.capture(known, never)];
    double.idempotencyKeys.forget();
    answers.push(await payments.capture(known, never));
    expect(answers).toMatchObject(Array(3).fill({ state: 'captured', amount: 4_500, refunded: 0 }));
  });

  it('takes it after Stripe has kept faults', async () => {
    const known = await authorized();
    for (const interference of ['fail', 'fail'] as const) {
      interfere('/capture', interference, 3);
      await payments.capture(known, never).catch(() => {});
      double.interfere = () => 'none';
    }
    expect(await payments.capture(known, never)).toMatchObject({ state: 'captured' });
  });

  it('finds that the payment was voided meanwhile', async () => {
    const known = await authorized();
    await payments.void(known, never);
    expect(await payments.capture(known, never)).toMatchObject({ state: 'voided' });
  });
});

describe('void', () => {
  it.each(['unpaid', 'action-required', 'authorized'])('cancels what is %s, and money never moves', async (state) => {
    const token = state === 'action-required' ? 'pm_card_threeDSecure2Required' : 'pm_card_visa';
    const known = state === 'unpaid' ? await create() : await authorized(token);
    expect(known.state).toBe(state);
    expect(await payments.void(known, never)).toMatchObject({ state: 'voided', refunded: 0 });
    expect(await payments.void(known, never)).toMatchObject({ state: 'voided', refunded: 0 });
    expect(await payments.authorize(known, 'pm_card_mastercard', never)).toMatchObject({ state: 'voided' });
  });

  it('gives back what is captured, once', async () => {
    const known = await captured();
    expect(await payments.void(known, never)).toMatchObject({ state: 'captured', refunded: 4_500 });
    double.idempotencyKeys.forget();
    expect(await payments.void(known, never)).toMatchObject({ state: 'captured', refunded: 4_500 });
    expect(double.account.refunds.all()).toMatchObject([{ amount: 4_500 }]);
  });

  it('leaves what is under way at the bank as it is', async () => {
    payments = paymentsBy(double, { capture: 'automatic' });
    const token = await tokenOf('pm_usBankAccount_success');
    const known = await authorized(token);
    expect(known.state).toBe('processing');
    expect(await payments.void(known, never)).toMatchObject({ state: 'processing' });
  });
});

describe('refund', () => {
  it('gives back parts, each once, also after a day', async () => {
    const known = await captured();
    const parts = [
      { id: 'a', amount: 1_000 },
      { id: 'b', amount: 500 },
    ];
    for (const part of [...parts, ...parts]) await payments.refund(known, part, never);
    double.idempotencyKeys.forget();
    for (const part of parts) await payments.refund(known, part, never);
    expect(await payments.read(known, never)).toMatchObject({ state: 'captured', refunded: 1_500 });
    expect(double.account.refunds.all()).toHaveLength(2);
  });

  it.each(['lose answer', 'fail', 'fail after'] as const)('is made once after "%s"', async (interference) => {
    const known = await captured();
    const part = { id: 'a', amount: 1_000 };
    interfere('/refunds', interference, 1);
    await payments.refund(known, part, never).catch(() => {});
    double.interfere = () => 'none';
    expect(await payments.refund(known, part, never)).toMatchObject({ refunded: 1_000 });
    expect(double.account.refunds.all()).toHaveLength(1);
  });

  it('counts what others gave back, and not what failed', async () => {
    const known = await captured('pm_card_refundFail');
    await clientOf(double).refunds.create({ payment_intent: known.reference, amount: 700 });
    expect(await payments.read(known, never)).toMatchObject({ refunded: 700 });
    for (const refund of double.account.refunds.all()) double.account.refunds.settle(refund);
    expect(await payments.read(known, never)).toMatchObject({ refunded: 0 });
  });

  it('of more than there is is a fault', async () => {
    const known = await captured();
    await expect(payments.refund(known, { id: 'a', amount: 4_501 }, never)).rejects.toThrow('greater than');
  });
});

describe('a dispute', () => {
  it.each([
    ['won', false],
    ['lost', true],
  ] as const)('marks the payment until the account has %s it', async (status, isMarkedAfter) => {
    const known = await captured('pm_card_createDispute');
    expect(await payments.read(known, never)).toMatchObject({ disputed: true });
    for (const dispute of double.account.disputes.all()) double.account.disputes.close(dispute, status);
    expect(await payments.read(known, never)).toMatchObject({ disputed: isMarkedAfter });
  });
});

describe('charged at once', () => {
  beforeEach(() => {
    payments = paymentsBy(double, { capture: 'automatic' });
  });

  it('is captured by authorize, and given back by void', async () => {
    const known = await authorized(await tokenOf('pm_card_visa'));
    expect(known).toMatchObject({ state: 'captured', refunded: 0 });
    expect(await payments.capture(known, never)).toMatchObject({ state: 'captured' });
    expect(await payments.void(known, never)).toMatchObject({ state: 'captured', refunded: 4_500 });
  });

  it('pays by iDEAL, on the page of the bank', async () => {
    const ideal = await clientOf(double).paymentMethods.create({ type: 'ideal' });
    const known = await authorized(await tokenOf(ideal.id));
    expect(known.state).toBe('action-required');
    double.authenticate(known.reference, true);
    expect(await payments.read(known, never)).toMatchObject({ state: 'captured' });
  });
});

describe('list', () => {
  it('has all payments of this server since then, and none of others', async () => {
    const orders = Array.from({ length: 120 }, () => newOrder());
    await Promise.all(orders.map((order) => payments.create(order, new AbortController().signal)));
    await clientOf(double).paymentIntents.create({ amount: 4_500, currency: 'eur' });
    expect((await listed(0)).map(({ id }) => id).toSorted()).toEqual(orders.map(({ id }) => id).toSorted());
    expect(await listed(Date.now() + 3_600_000)).toEqual([]);
  });

  it('has their states', async () => {
    const known = [await authorized(), await captured('pm_card_createDispute')];
    const states = new Map((await listed(0)).map(({ id, state, disputed }) => [id, { state, disputed }]));
    expect(known.map(({ id }) => states.get(id))).toEqual([
      { state: 'authorized', disputed: false },
      { state: 'captured', disputed: true },
    ]);
  });

  async function listed(sinceMs: number): Promise<readonly ProviderPayment[]> {
    const all: ProviderPayment[] = [];
    for await (const payment of payments.list(sinceMs, never)) all.push(payment);
    return all;
  }
});

describe('every call', () => {
  it('ends when its signal aborts, although Stripe never answers', async () => {
    const known = await authorized();
    double.interfere = () => 'hang';
    const calls = [
      (signal: AbortSignal) => payments.create(newOrder(), signal),
      (signal: AbortSignal) => payments.authorize(known, 'pm_card_visa', signal),
      (signal: AbortSignal) => payments.read(known, signal),
      (signal: AbortSignal) => payments.capture(known, signal),
      (signal: AbortSignal) => payments.void(known, signal),
      (signal: AbortSignal) => payments.refund(known, { id: 'a', amount: 1 }, signal),
      (signal: AbortSignal) => payments.list(0, signal)[Symbol.asyncIterator]().next(),
    ];
    const before = double.calls.length;
    const stop = new AbortController();
    const outcomes = calls.map((call) =>
      call(stop.signal).then(
        () => 'answered',
        (error: Error) => error.name,
      ),
    );
    await waitFor(() => double.calls.length === before + calls.length, { ...soon, what: 'all requests' });
    stop.abort();
    expect(await Promise.all(outcomes)).toEqual(calls.map(() => 'AbortError'));
    double.disconnect();
  });

  it('tells nothing of the buyer, and no secret, when it is refused', async () => {
    const known = await authorized();
    await payments.capture(known, never);
    const error: unknown = await payments.refund(known, { id: 'a', amount: 9_999 }, never).catch((reason) => reason);
    const shown = inspect(error, { depth: 10 });
    expect(shown).toContain('greater than');
    expect(shown).not.toContain('_secret_');
    expect(shown).not.toContain('sk_test_');
  });

  it('refuses to take a PaymentIntent for another payment', async () => {
    const known = await create();
    await expect(payments.read({ ...known, id: 'other' }, never)).rejects.toThrow(
      'is not the PaymentIntent of payment other',
    );
  });
});

/** A ConfirmationToken, as the form in the buyer's browser makes it. */
async function tokenOf(paymentMethod: string): Promise<string> {
  const request = { payment_method: paymentMethod, return_url: 'https://tickets.example/' };
  return (await clientOf(double).testHelpers.confirmationTokens.create(request)).id;
}
