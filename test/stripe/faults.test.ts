import type { Stripe } from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import { clientOf, manual, refusalOf } from './double-client.ts';
import { type Interference, StripeDouble } from './stripe-double.ts';

let double: StripeDouble;
let stripe: Stripe;

beforeEach(async () => {
  double = await StripeDouble.open();
  stripe = clientOf(double);
});
afterEach(() => double[Symbol.asyncDispose]());

const soon = { withinMs: 20_000 };
const key = { idempotencyKey: 'once' };
const create = (request: Stripe.PaymentIntentCreateParams = manual) => stripe.paymentIntents.create(request, key);
const made = () => double.account.intents.all().length;

/** The next request meets with it, and no other. */
function interfereOnce(interference: Interference): void {
  double.interfere = () => {
    double.interfere = () => 'none';
    return interference;
  };
}

/** A promise and what resolves it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('an idempotency key', () => {
  it('has the first answer repeated, and nothing done again', async () => {
    const [first, second] = [await create(), await create()];
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined();
    expect(second.lastResponse.requestId).not.toBe(first.lastResponse.requestId);
    expect(made()).toBe(1);
  });

  it('is refused with other parameters, or for another endpoint', async () => {
    const { id } = await create();
    const refusals = [
      await refusalOf(create({ ...manual, amount: 4_600 })),
      await refusalOf(stripe.paymentIntents.cancel(id, {}, key)),
    ];
    expect(refusals).toMatchObject(Array(2).fill({ type: 'StripeIdempotencyError', statusCode: 400 }));
  });

  it('is refused while its first request is in flight', async () => {
    const { opened, open } = gate();
    interfereOnce({ executeAfter: opened });
    const first = create();
    await waitFor(() => double.calls.length === 1, { ...soon, what: 'the first request' });
    expect(await refusalOf(create())).toMatchObject({ statusCode: 409, code: 'idempotency_key_in_use' });
    open();
    expect((await create()).id).toBe((await first).id);
  });

  it('keeps a decline and a 500, and no wrong parameters and no rate limit', async () => {
    await refusalOf(create({ ...manual, amount: 1 }));
    interfereOnce('rate limit');
    expect(await refusalOf(create())).toMatchObject({ type: 'StripeRateLimitError' });
    const { id } = await create();
    const decline = () =>
      stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_chargeDeclined' }, { idempotencyKey: 'c' });
    await refusalOf(decline());
    expect((await refusalOf(decline())).headers).toMatchObject({ 'idempotent-replayed': 'true' });
    const capture = () => stripe.paymentIntents.capture(id, {}, { idempotencyKey: 'd' });
    interfereOnce('fail');
    expect(await refusalOf(capture())).toMatchObject({ statusCode: 500, headers: { 'stripe-should-retry': 'false' } });
    expect(await refusalOf(capture())).toMatchObject({ statusCode: 500, headers: { 'idempotent-replayed': 'true' } });
  });

  it('is forgotten after a day', async () => {
    await create();
    double.idempotencyKeys.forget();
    await create();
    expect(made()).toBe(2);
  });
});

describe('a request', () => {
  it.each([
    ['lose request', 0],
    ['lose answer', 1],
    ['fail', 0],
    ['fail after', 1],
  ] as const)('meets with "%s", after which %d PaymentIntents are there', async (interference, count) => {
    // The library repeats a broken connection once, whatever it is told, and both are interfered with.
    double.interfere = () => interference;
    await refusalOf(create());
    expect(made()).toBe(count);
  });

  it('is repeated by the library after its answer was lost, and done once', async () => {
    interfereOnce('lose answer');
    await clientOf(double, { maxNetworkRetries: 1 }).paymentIntents.create(manual, key);
    expect(double.calls).toHaveLength(2);
    expect(made()).toBe(1);
  });

  it.each([
    ['hang', 0],
    ['hang after', 1],
  ] as const)('meets with "%s", and has no answer until the connection is closed', async (interference, count) => {
    interfereOnce(interference);
    let isAnswered = false;
    const answer = create().finally(() => {
      isAnswered = true;
    });
    await waitFor(() => double.calls.length === 1 && made() === count, { ...soon, what: 'the request' });
    // Another request comes and goes meanwhile.
    await stripe.paymentIntents.list();
    expect(isAnswered).toBe(false);
    double.disconnect();
    // The library repeats what a connection was closed on, once.
    await answer;
    expect(made()).toBe(1);
  });

  it('needs a key of the account', async () => {
    const answer = await fetch(`${double.url}/v1/payment_intents`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('request-id')).toMatch(/^req_/);
  });
});
