import { once } from 'node:events';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { AuthorizationRequest, PaymentProvider } from '../../src/payments/provider.ts';
import { createTestPaymentProvider } from '../../src/payments/test-provider.ts';
import { withTimeLimits } from '../../src/payments/with-time-limits.ts';
import { waitFor } from '../support/wait-for.ts';

const logger = pino({ level: 'silent' });
const limits = { callMs: 50, graceMs: 20 };
const never = (..._asked: unknown[]) => new Promise<never>(() => {});

function limited(over: Partial<PaymentProvider>) {
  const inner = createTestPaymentProvider();
  return { inner, provider: withTimeLimits({ ...inner, ...over }, logger, limits) };
}

function request(signal: AbortSignal): AuthorizationRequest {
  return { amount: 4500, currency: 'EUR', token: null, attemptId: 'a1', reservationId: 'r1', signal };
}

describe('a provider with time limits', () => {
  it('answers as it does without them', async () => {
    const { inner, provider } = limited({});
    const answer = await provider.authorize(request(new AbortController().signal));
    if (answer.outcome !== 'authorized') throw new Error(answer.reason);
    await provider.capture(answer.authorizationId, 'a1');
    await expect(provider.void(answer.authorizationId)).rejects.toThrow('is captured already');
    expect(inner.ledger()).toMatchObject([{ state: 'captured' }]);
  });

  it.each(['capture', 'void'] as const)('gives up a %s that is never answered, signal or not', async (call) => {
    const signals: (AbortSignal | undefined)[] = [];
    const { provider } = limited({
      capture: (_id, _attempt, signal) => never(signals.push(signal)),
      void: (_id, signal) => never(signals.push(signal)),
    });
    const given = call === 'capture' ? provider.capture('id', 'a1') : provider.void('id');
    await expect(given).rejects.toThrow('did not answer in time');
    expect(signals).toMatchObject([{ aborted: true }]);
  });

  it('gives up at once when it is told to', async () => {
    const { provider } = limited({ capture: never });
    const stop = new AbortController();
    const captured = withTimeLimits({ ...createTestPaymentProvider(), capture: never }, logger).capture(
      'id',
      'a1',
      stop.signal,
    );
    stop.abort();
    await expect(captured).rejects.toThrow('did not answer in time');
    await expect(provider.capture('id', 'a1', stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('leaves an authorization alone some time after its signal', async () => {
    const { provider } = limited({ authorize: never });
    await expect(provider.authorize(request(AbortSignal.timeout(20)))).rejects.toThrow('did not answer in time');
  });

  it('voids what is authorized when nobody waits any more', async () => {
    let answerLate = () => {};
    const late = new Promise<void>((resolve) => {
      answerLate = resolve;
    });
    const { inner, provider } = limited({
      authorize: async (asked) => {
        await late;
        return inner.authorize({ ...asked, signal: new AbortController().signal });
      },
    });
    await expect(provider.authorize(request(AbortSignal.timeout(20)))).rejects.toThrow('did not answer in time');
    expect(inner.ledger()).toEqual([]);
    answerLate();
    await waitFor(() => inner.ledger()[0]?.state === 'voided', { withinMs: 10_000, what: 'the payment to be voided' });
  });

  it('takes an answer within the grace', async () => {
    const slow: PaymentProvider = {
      ...createTestPaymentProvider(),
      authorize: async ({ signal }) => {
        if (!signal.aborted) await once(signal, 'abort');
        return { outcome: 'declined', reason: 'too_late' };
      },
    };
    const provider = withTimeLimits(slow, logger, { callMs: 50, graceMs: 20_000 });
    expect(await provider.authorize(request(AbortSignal.timeout(5)))).toEqual({
      outcome: 'declined',
      reason: 'too_late',
    });
  });
});
