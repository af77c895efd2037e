import { describe, expect, it } from 'vitest';
import type { PaymentProvider, ProviderPayment } from '../../src/payments/payment-provider.ts';
import { createTestPaymentProvider } from '../../src/payments/test-provider.ts';
import { withTimeLimits } from '../../src/payments/with-time-limits.ts';

const callMs = 50;
const running = new AbortController().signal;
const known = { id: 'p1', reference: 'r1' };
const order = { id: 'p1', eventId: 'e1', reservationId: 'r1', amount: 4_500, currency: 'EUR' };

/** The signals that the calls of a provider were given, which answers none of them. */
function silentProvider(): PaymentProvider & { readonly signals: AbortSignal[] } {
  const signals: AbortSignal[] = [];
  const never = (...asked: readonly unknown[]) => {
    const signal = asked.at(-1);
    if (signal instanceof AbortSignal) signals.push(signal);
    return new Promise<never>(() => {});
  };
  return {
    ...{ name: 'silent', publishableKey: null, signals },
    ...{ create: never, authorize: never, read: never, capture: never, void: never, refund: never },
    list: () => ({ [Symbol.asyncIterator]: () => ({ next: never }) }),
  };
}

const calls: [name: string, call: (provider: PaymentProvider, signal: AbortSignal) => Promise<unknown>][] = [
  ['create', (provider, signal) => provider.create(order, signal)],
  ['read', (provider, signal) => provider.read(known, signal)],
  ['capture', (provider, signal) => provider.capture(known, signal)],
  ['void', (provider, signal) => provider.void(known, signal)],
  ['refund', (provider, signal) => provider.refund(known, { id: 'f1', amount: 1 }, signal)],
  ['list', (provider, signal) => listed(provider, signal)],
];
const authorize: (typeof calls)[number] = [
  'authorize',
  (provider, signal) => provider.authorize(known, 'tok_ok', signal),
];

async function listed(provider: PaymentProvider, signal: AbortSignal): Promise<ProviderPayment[]> {
  const payments: ProviderPayment[] = [];
  for await (const payment of provider.list(0, signal)) payments.push(payment);
  return payments;
}

describe('a provider with time limits', () => {
  it('answers as it does without them', async () => {
    const inner = createTestPaymentProvider();
    const provider = withTimeLimits(inner);
    const payment = await provider.authorize(await provider.create(order, running), null, running);
    await provider.capture(payment, running);
    expect(await provider.read(payment, running)).toMatchObject({ state: 'captured' });
    await provider.refund(payment, { id: 'f1', amount: 500 }, running);
    expect(await provider.void(payment, running)).toMatchObject({ refunded: 4_500 });
    expect(await listed(provider, running)).toEqual(inner.ledger());
    expect([provider.name, provider.publishableKey]).toEqual(['test', null]);
  });

  it.each(calls)('gives up a %s that is never answered', async (name, call) => {
    const silent = silentProvider();
    await expect(call(withTimeLimits(silent, callMs), running)).rejects.toThrow('did not answer in time');
    if (name !== 'list') expect(silent.signals).toMatchObject([{ aborted: true }]);
  });

  it.each([...calls, authorize])('gives up a %s when it is told to', async (_name, call) => {
    const stop = new AbortController();
    const answer = call(withTimeLimits(silentProvider()), stop.signal);
    stop.abort();
    await expect(answer).rejects.toThrow('did not answer in time');
  });

  it.each([...calls, authorize])('does not send a %s that is given up already', async (_name, call) => {
    const silent = silentProvider();
    await expect(call(withTimeLimits(silent), AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    expect(silent.signals).toEqual([]);
  });

  it('leaves the time of an authorization to its signal', async () => {
    const silent = silentProvider();
    const answer = withTimeLimits(silent, 1).authorize(known, null, AbortSignal.timeout(100));
    await expect(answer).rejects.toMatchObject({ cause: { name: 'TimeoutError' } });
  });
});
