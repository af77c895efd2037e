import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuthorizationRequest } from '../../src/payments/provider.ts';
import { createTestPaymentProvider, type TestPaymentProvider } from '../../src/payments/test-provider.ts';

function request(changes: Partial<AuthorizationRequest> = {}): AuthorizationRequest {
  const signal = new AbortController().signal;
  return { amount: 4500, currency: 'EUR', token: null, attemptId: 'a1', reservationId: 'r1', signal, ...changes };
}

async function authorized(provider: TestPaymentProvider, changes: Partial<AuthorizationRequest> = {}): Promise<string> {
  const answer = await provider.authorize(request(changes));
  if (answer.outcome !== 'authorized') throw new Error(`declined: ${answer.reason}`);
  return answer.authorizationId;
}

describe('authorize', () => {
  it.each([null, 'tok_ok'])('sets the amount aside for the token %j', async (token) => {
    const provider = createTestPaymentProvider();
    const authorizationId = await authorized(provider, { token });
    expect(provider.ledger()).toEqual([
      { authorizationId, reservationId: 'r1', amount: 4500, currency: 'EUR', state: 'authorized' },
    ]);
  });

  it.each([
    ['tok_decline', 'card_declined'],
    ['tok_other', 'unknown_token'],
    ['', 'unknown_token'],
  ])('declines the token %j as %s', async (token, reason) => {
    const provider = createTestPaymentProvider();
    expect(await provider.authorize(request({ token }))).toEqual({ outcome: 'declined', reason });
    expect(provider.ledger()).toEqual([]);
  });

  it('gives one authorization for one attempt, however often it is asked', async () => {
    const provider = createTestPaymentProvider({ latencyMs: 1 });
    const ids = await Promise.all(Array.from({ length: 20 }, () => authorized(provider)));
    expect(new Set(ids).size).toBe(1);
    await provider.capture(ids[0] ?? '', 'a1');
    expect(await authorized(provider)).toBe(ids[0]);
    expect(provider.ledger().map(({ state }) => state)).toEqual(['captured']);
  });

  it.each([0, 60_000])('that is given up sets nothing aside (latency %d ms)', async (latencyMs) => {
    const provider = createTestPaymentProvider({ latencyMs });
    const giveUp = new AbortController();
    if (latencyMs === 0) giveUp.abort();
    const answer = provider.authorize(request({ signal: giveUp.signal }));
    giveUp.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    expect(provider.ledger()).toEqual([]);
  });
});

describe('an authorization', () => {
  it('settles once: what came first stays, the same again changes nothing, the other is refused', async () => {
    const settlements = fc.array(fc.constantFrom('captured' as const, 'voided' as const), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(settlements, async (states) => {
        const provider = createTestPaymentProvider();
        const id = await authorized(provider);
        for (const state of states) {
          const settled = state === 'captured' ? provider.capture(id, 'a1') : provider.void(id);
          if (state === states[0]) await settled;
          else await expect(settled).rejects.toThrow(`is ${states[0]} already`);
          expect(provider.ledger().map((each) => each.state)).toEqual([states[0]]);
        }
      }),
    );
  });

  it('made by another node is settled, but no id of another provider', async () => {
    const [here, there] = [createTestPaymentProvider(), createTestPaymentProvider()];
    await here.capture(await authorized(there), 'a1');
    expect(here.ledger()).toEqual([]);
    await expect(here.void('pi_123')).rejects.toThrow('no authorization of this provider');
  });

  it('is kept in a ledger that does not grow for ever', async () => {
    const provider = createTestPaymentProvider();
    for (let n = 0; n <= 100_000; n++) await authorized(provider, { attemptId: `${n}` });
    expect(provider.ledger()).toHaveLength(100_000);
    expect(provider.ledger()[0]?.authorizationId).toMatch(/_1$/);
  });
});
