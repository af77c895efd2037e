import { setTimeout as wait } from 'node:timers/promises';
import type { AuthorizationAnswer, AuthorizationRequest, PaymentProvider } from './provider.ts';

/** A provider that moves no money, for trying Holdfast out and for tests. */
export interface TestPaymentProvider extends PaymentProvider {
  /** The latest 100,000 authorizations, oldest first. */
  ledger(): readonly TestAuthorization[];
}

export interface TestAuthorization {
  readonly authorizationId: string;
  readonly reservationId: string;
  readonly amount: number;
  readonly currency: string;
  readonly state: 'authorized' | 'captured' | 'voided';
}

type Ledger = Map<string, TestAuthorization>;

/** Bounds the memory of a demo server that runs for weeks. */
const longestLedger = 100_000;

/** Ids contain this prefix and the attempt's id, so that every node recognizes them, also after a restart. */
const idPrefix = 'test_authorization_';

/**
 * `tok_ok` or no token is authorized, `tok_decline` is declined as `card_declined`, any other as `unknown_token`.
 * @param options.latencyMs how long `authorize` takes
 */
export function createTestPaymentProvider({ latencyMs = 0 } = {}): TestPaymentProvider {
  const ledger: Ledger = new Map();
  return {
    async authorize(request) {
      request.signal.throwIfAborted();
      if (latencyMs > 0) await wait(latencyMs, undefined, { signal: request.signal });
      const answer = answerTo(request);
      if (answer.outcome === 'authorized') enter(ledger, request, answer.authorizationId);
      return answer;
    },
    async capture(authorizationId) {
      settle(ledger, authorizationId, 'captured');
    },
    async void(authorizationId) {
      settle(ledger, authorizationId, 'voided');
    },
    ledger: () => [...ledger.values()],
  };
}

function answerTo({ token, attemptId }: AuthorizationRequest): AuthorizationAnswer {
  if (token === 'tok_decline') return { outcome: 'declined', reason: 'card_declined' };
  if (token !== null && token !== 'tok_ok') return { outcome: 'declined', reason: 'unknown_token' };
  return { outcome: 'authorized', authorizationId: `${idPrefix}${attemptId}` };
}

function enter(ledger: Ledger, request: AuthorizationRequest, authorizationId: string): void {
  if (ledger.has(authorizationId)) return;
  const { reservationId, amount, currency } = request;
  ledger.set(authorizationId, { authorizationId, reservationId, amount, currency, state: 'authorized' });
  const oldest = ledger.keys().next().value;
  if (ledger.size > longestLedger && oldest !== undefined) ledger.delete(oldest);
}

/** Authorizations of other nodes, or from before a restart, are settled without being recorded. */
function settle(ledger: Ledger, authorizationId: string, state: 'captured' | 'voided'): void {
  if (!authorizationId.startsWith(idPrefix)) throw new Error(`${authorizationId} is no authorization of this provider`);
  const authorization = ledger.get(authorizationId);
  if (authorization === undefined) return;
  if (authorization.state !== 'authorized' && authorization.state !== state) {
    throw new Error(`${authorizationId} is ${authorization.state} already`);
  }
  ledger.set(authorizationId, { ...authorization, state });
}
