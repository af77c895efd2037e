import { setTimeout as wait } from 'node:timers/promises';
import type { KnownPayment, PaymentOrder, PaymentProvider, ProviderPayment, RefundOrder } from './payment-provider.ts';

/** A provider that moves no money, for trying Holdfast out and for tests. */
export interface TestPaymentProvider extends PaymentProvider {
  /** The latest 100,000 payments, oldest first. */
  ledger(): readonly TestPayment[];
  /** What the buyer's bank does with a payment that waits for it, without the buyer's client being told. */
  answerForBank(paymentId: string, isApproved: boolean): void;
}

export interface TestPayment extends ProviderPayment {
  /** Empty for one that another node, or an earlier process, has made. */
  readonly reservationId: string;
  readonly currency: string;
  readonly createdAtMs: number;
  readonly refundIds: readonly string[];
}

/** Bounds the memory of a demo server that runs for weeks. */
const MAX_PAYMENTS = 100_000;

type Outcome = Pick<TestPayment, 'state' | 'declineReason'>;

/** By the token of the buyer's client. */
const outcomes: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['tok_ok', { state: 'authorized', declineReason: null }],
  ['tok_decline', { state: 'unpaid', declineReason: 'card_declined' }],
  ['tok_action', { state: 'action-required', declineReason: null }],
  ['tok_action_done', { state: 'authorized', declineReason: null }],
  ['tok_action_failed', { state: 'unpaid', declineReason: 'authentication_failed' }],
]);

const outcomeOf = (token: string): Outcome =>
  outcomes.get(token) ?? { state: 'unpaid', declineReason: 'unknown_token' };

/**
 * No token is as good as `tok_ok`. The provider's memory is this process's: what another one has made is known by its reference alone,
 * which says what the payment is for, and is taken to wait for its buyer.
 * @param options.latencyMs how long `authorize` takes
 */
export function createTestPaymentProvider({ latencyMs = 0 } = {}): TestPaymentProvider {
  const ledger = new Map<string, TestPayment>();

  const enter = (payment: TestPayment): TestPayment => {
    ledger.set(payment.id, payment);
    const oldest = ledger.keys().next().value;
    if (ledger.size > MAX_PAYMENTS && oldest !== undefined) ledger.delete(oldest);
    return payment;
  };
  const find = (known: KnownPayment) => ledger.get(known.id) ?? strange(known);

  return {
    name: 'test',
    publishableKey: null,
    create: async (order, signal) => {
      signal.throwIfAborted();
      return ledger.get(order.id) ?? enter(newPayment(order));
    },
    authorize: async (known, token, signal) => {
      signal.throwIfAborted();
      if (latencyMs > 0) await wait(latencyMs, undefined, { signal });
      const payment = find(known);
      const isOpen = payment.state === 'unpaid' || payment.state === 'action-required';
      return isOpen ? enter(answered(payment, outcomeOf(token ?? 'tok_ok'))) : payment;
    },
    read: async (known) => find(known),
    capture: async (known) => enter(captured(find(known))),
    void: async (known) => enter(givenBack(find(known))),
    refund: async (known, refund) => enter(refunded(find(known), refund)),
    async *list(sinceMs) {
      yield* [...ledger.values()].filter(({ createdAtMs }) => createdAtMs >= sinceMs);
    },
    ledger: () => [...ledger.values()],
    answerForBank: (paymentId, isApproved) => {
      const payment = ledger.get(paymentId);
      if (payment?.state !== 'action-required') throw new Error(`the payment ${paymentId} does not wait for its bank`);
      enter(answered(payment, outcomeOf(isApproved ? 'tok_action_done' : 'tok_action_failed')));
    },
  };
}

function newPayment({ id, eventId, reservationId, amount, currency }: PaymentOrder): TestPayment {
  const reference = `test_${id}_${eventId}_${amount}`;
  return {
    ...{ id, reference, eventId, reservationId, amount, currency, state: 'unpaid', refunded: 0, disputed: false },
    ...{ clientSecret: null, declineReason: null, createdAtMs: Date.now(), refundIds: [] },
  };
}

/** A payment that this process has not made. */
function strange({ reference }: KnownPayment): TestPayment {
  const [, id, eventId, amount] = /^test_([^_]+)_([^_]+)_(\d+)$/.exec(reference) ?? [];
  if (id === undefined || eventId === undefined) throw new Error(`${reference} is no payment of the test provider`);
  const order = { id, eventId, reservationId: '', amount: Number(amount), currency: '' };
  return answered(newPayment(order), { state: 'action-required', declineReason: null });
}

function answered(payment: TestPayment, outcome: Outcome): TestPayment {
  const clientSecret = outcome.state === 'action-required' ? `test_secret_${payment.id}` : null;
  return { ...payment, ...outcome, clientSecret };
}

const isStrange = ({ reservationId }: TestPayment) => reservationId === '';

function captured(payment: TestPayment): TestPayment {
  if (payment.state === 'captured') return payment;
  if (payment.state !== 'authorized' && !isStrange(payment))
    throw new Error(`${payment.reference} is ${payment.state}, and cannot be captured`);
  return { ...payment, state: 'captured', clientSecret: null };
}

function givenBack(payment: TestPayment): TestPayment {
  if (payment.state === 'captured') return { ...payment, refunded: payment.amount };
  return { ...payment, state: 'voided', clientSecret: null };
}

function refunded(payment: TestPayment, { id, amount }: RefundOrder): TestPayment {
  if (payment.refundIds.includes(id)) return payment;
  const paid = captured(payment);
  if (paid.refunded + amount > paid.amount) throw new Error(`${paid.reference} has less than ${amount} left to refund`);
  return { ...paid, refunded: paid.refunded + amount, refundIds: [...paid.refundIds, id] };
}
