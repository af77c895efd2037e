import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaymentOrder, ProviderPayment } from '../../src/payments/payment-provider.ts';
import { createTestPaymentProvider, type TestPaymentProvider } from '../../src/payments/test-provider.ts';

const { signal } = new AbortController();

function newOrder(over: Partial<PaymentOrder> = {}): PaymentOrder {
  return { id: randomUUID(), eventId: randomUUID(), reservationId: 'r1', amount: 4_500, currency: 'EUR', ...over };
}

async function paid(provider: TestPaymentProvider, token: string | null = null): Promise<ProviderPayment> {
  return provider.authorize(await provider.create(newOrder(), signal), token, signal);
}

describe('a payment', () => {
  it('is made known once, with no money asked for', async () => {
    const provider = createTestPaymentProvider();
    const order = newOrder();
    const made = await provider.create(order, signal);
    expect(made).toMatchObject({ ...order, state: 'unpaid', refunded: 0, disputed: false });
    expect(await provider.create(order, signal)).toEqual(made);
    expect(await provider.read(made, signal)).toEqual(made);
    expect(provider.ledger()).toEqual([made]);
  });

  it.each([null, 'tok_ok', 'tok_action_done'])('is authorized by the token %j', async (token) => {
    expect(await paid(createTestPaymentProvider(), token)).toMatchObject({ state: 'authorized', declineReason: null });
  });

  it.each([
    ['tok_decline', 'card_declined'],
    ['tok_action_failed', 'authentication_failed'],
    ['tok_other', 'unknown_token'],
    ['', 'unknown_token'],
    ['toString', 'unknown_token'],
  ])('is declined by the token %j as %s', async (token, declineReason) => {
    expect(await paid(createTestPaymentProvider(), token)).toMatchObject({ state: 'unpaid', declineReason });
  });

  it.each([
    [true, { state: 'authorized', declineReason: null }],
    [false, { state: 'unpaid', declineReason: 'authentication_failed' }],
  ])('may wait for the buyer’s bank, which approves it: %j', async (isApproved, outcome) => {
    const provider = createTestPaymentProvider();
    const payment = await paid(provider, 'tok_action');
    expect(payment).toMatchObject({ state: 'action-required', clientSecret: `test_secret_${payment.id}` });
    provider.answerForBank(payment.id, isApproved);
    expect(await provider.read(payment, signal)).toMatchObject({ ...outcome, clientSecret: null });
    expect(() => provider.answerForBank(payment.id, isApproved)).toThrow('does not wait for its bank');
  });

  it('is authorized once, however often that is asked, and with whatever card', async () => {
    const provider = createTestPaymentProvider({ latencyMs: 1 });
    const known = await provider.create(newOrder(), signal);
    const asked = Array.from({ length: 20 }, () => provider.authorize(known, null, signal));
    expect(new Set((await Promise.all(asked)).map(({ state }) => state))).toEqual(new Set(['authorized']));
    await provider.capture(known, signal);
    expect(await provider.authorize(known, 'tok_decline', signal)).toMatchObject({ state: 'captured' });
    expect(provider.ledger()).toHaveLength(1);
  });

  it.each([0, 60_000])('whose authorization is given up stays unpaid (latency %d ms)', async (latencyMs) => {
    const provider = createTestPaymentProvider({ latencyMs });
    const known = await provider.create(newOrder(), signal);
    const giveUp = new AbortController();
    if (latencyMs === 0) giveUp.abort();
    const answer = provider.authorize(known, null, giveUp.signal);
    giveUp.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    expect(provider.ledger()).toMatchObject([{ state: 'unpaid' }]);
  });
});

describe('an authorized payment', () => {
  it('is captured or cancelled once; what was captured is given back', async () => {
    const calls = fc.array(fc.constantFrom('capture' as const, 'void' as const), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(calls, async (made) => {
        const provider = createTestPaymentProvider();
        const known = await paid(provider);
        for (const [at, call] of made.entries()) {
          const answer = provider[call](known, signal);
          if (made[0] === 'void' && call === 'capture') {
            await expect(answer).rejects.toThrow('is voided, and cannot be captured');
            continue;
          }
          const isGivenBack = made.slice(0, at + 1).includes('void');
          expect(await answer).toMatchObject(
            made[0] === 'void'
              ? { state: 'voided', refunded: 0 }
              : { state: 'captured', refunded: isGivenBack ? 4_500 : 0 },
          );
        }
      }),
    );
  });

  it('is refunded in parts, each once, and never by more than was paid', async () => {
    const provider = createTestPaymentProvider();
    const known = await paid(provider);
    await provider.capture(known, signal);
    for (let attempt = 1; attempt <= 2; attempt += 1)
      expect(await provider.refund(known, { id: 'one', amount: 1_500 }, signal)).toMatchObject({ refunded: 1_500 });
    expect(await provider.refund(known, { id: 'other', amount: 3_000 }, signal)).toMatchObject({ refunded: 4_500 });
    await expect(provider.refund(known, { id: 'third', amount: 1 }, signal)).rejects.toThrow('less than 1 left');
  });
});

describe('a payment of another node, or an earlier process', () => {
  it('is known by its reference: it is captured or given back, and waits for its buyer until then', async () => {
    const [here, there] = [createTestPaymentProvider(), createTestPaymentProvider()];
    const { id, eventId, reference, amount } = await paid(there);
    const known = { id, reference };
    expect(await here.read(known, signal)).toMatchObject({ id, eventId, amount, state: 'action-required' });
    expect(await here.capture(known, signal)).toMatchObject({ state: 'captured', amount });
    expect(await here.refund(known, { id: 'one', amount: 500 }, signal)).toMatchObject({ refunded: 500 });
    expect(await createTestPaymentProvider().void(known, signal)).toMatchObject({ state: 'voided' });
  });

  it('of another provider is refused', async () => {
    const known = { id: randomUUID(), reference: 'pi_123' };
    await expect(createTestPaymentProvider().void(known, signal)).rejects.toThrow('no payment of the test provider');
  });
});

it('lists what was made since a moment, and remembers so many', async () => {
  const provider = createTestPaymentProvider();
  const made: string[] = [];
  for (let nth = 0; nth <= 100_000; nth++) made.push((await provider.create(newOrder(), signal)).id);
  const ids: string[] = [];
  for await (const { id } of provider.list(0, signal)) ids.push(id);
  expect(ids).toEqual(made.slice(1));
  for await (const payment of provider.list(Date.now() + 60_000, signal)) throw new Error(payment.id);
});
