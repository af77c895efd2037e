import { Stripe } from 'stripe';
import type { StripeConfig } from '../../config.ts';
import {
  type KnownPayment,
  type PaymentOrder,
  type PaymentProvider,
  PaymentRefused,
  type ProviderPayment,
  type RefundOrder,
} from '../payment-provider.ts';
import { toStripeAmount } from './amounts.ts';
import { untilAborted } from './client.ts';
import { chargeOf, isDisputeOpenOrLost, metadataOf, ourIds, paymentOf } from './payment-of.ts';

const { StripeAPIError, StripeCardError, StripeIdempotencyError, StripeInvalidRequestError } = Stripe.errors;

/** Keys tried for one step, each after Stripe kept a fault for the one before. */
const MAX_KEYS = 5;

/** In bounds that the header with the idempotency key can have. */
const tokenForm = /^(pm|ctoken)_\w{1,200}$/;

const expand = ['latest_charge'];

/**
 * Payments by Stripe: one PaymentIntent each, created before the buyer's card is known and confirmed by the server.
 * What Stripe refuses is found out by reading the PaymentIntent anew: its state decides, never which of several answers came last.
 */
export class StripePayments implements PaymentProvider {
  readonly name = 'stripe';
  readonly publishableKey: string | null;
  readonly #client: Stripe;
  readonly #capture: StripeConfig['capture'];

  constructor(client: Stripe, { publishableKey, capture }: Pick<StripeConfig, 'publishableKey' | 'capture'>) {
    this.publishableKey = publishableKey;
    this.#client = client;
    this.#capture = capture;
  }

  async create(order: PaymentOrder, signal: AbortSignal): Promise<ProviderPayment> {
    const request: Stripe.PaymentIntentCreateParams = {
      amount: toStripeAmount(order.amount, order.currency),
      currency: order.currency.toLowerCase(),
      capture_method: this.#capture,
      // Methods that send the buyer to another site come back without having been authorized only; they are charged at once.
      automatic_payment_methods: { enabled: true, allow_redirects: this.#capture === 'manual' ? 'never' : 'always' },
      metadata: metadataOf(order),
      expand,
    };
    try {
      const create = (options: Stripe.RequestOptions) => this.#client.paymentIntents.create(request, options);
      return await this.#paymentOf(order.id, await this.#keyed(order.id, signal, create), signal);
    } catch (error) {
      if (!(error instanceof StripeInvalidRequestError)) throw error;
      throw new PaymentRefused(codeOf(error), error.message);
    }
  }

  async authorize(payment: KnownPayment, token: string | null, signal: AbortSignal): Promise<ProviderPayment> {
    if (token === null) return declined(await this.read(payment, signal), 'parameter_missing');
    if (!tokenForm.test(token)) return declined(await this.read(payment, signal), 'resource_missing');
    const given = token.startsWith('ctoken_') ? { confirmation_token: token } : { payment_method: token };
    const { current, refusal } = await this.#step(payment, `confirm:${token}`, signal, (reference, options) =>
      // The client shows what the bank wants to know, by Stripe's own library.
      this.#client.paymentIntents.confirm(reference, { ...given, use_stripe_sdk: true, expand }, options),
    );
    return refusal === null ? current : declined(current, codeOf(refusal));
  }

  async read(payment: KnownPayment, signal: AbortSignal): Promise<ProviderPayment> {
    const intent = await untilAborted(signal, () =>
      this.#client.paymentIntents.retrieve(payment.reference, { expand }),
    );
    return this.#paymentOf(payment.id, intent, signal);
  }

  async capture(payment: KnownPayment, signal: AbortSignal): Promise<ProviderPayment> {
    const { current, refusal } = await this.#step(payment, 'capture', signal, (reference, options) =>
      this.#client.paymentIntents.capture(reference, { expand }, options),
    );
    if (refusal !== null && current.state === 'authorized') throw refusal;
    return current;
  }

  async void(payment: KnownPayment, signal: AbortSignal): Promise<ProviderPayment> {
    const { current, refusal } = await this.#step(payment, 'cancel', signal, (reference, options) =>
      this.#client.paymentIntents.cancel(reference, { expand }, options),
    );
    if (refusal === null || current.state !== 'captured' || current.refunded === current.amount) return current;
    await this.#keyed(`${payment.id}:refund`, signal, (options) =>
      this.#client.refunds.create({ payment_intent: payment.reference }, options),
    ).catch(throwUnlessRefusal);
    return this.read(payment, signal);
  }

  async refund(payment: KnownPayment, refund: RefundOrder, signal: AbortSignal): Promise<ProviderPayment> {
    const { currency } = await untilAborted(signal, () => this.#client.paymentIntents.retrieve(payment.reference));
    const request = {
      payment_intent: payment.reference,
      amount: toStripeAmount(refund.amount, currency),
      metadata: { holdfast_refund: refund.id },
    };
    await this.#keyed(`${payment.id}:refund:${refund.id}`, signal, async (options) => {
      if (!(await this.#isRefunded(payment, refund, signal))) await this.#client.refunds.create(request, options);
    });
    return this.read(payment, signal);
  }

  async *list(sinceMs: number, signal: AbortSignal): AsyncIterable<ProviderPayment> {
    const created = { gte: Math.floor(sinceMs / 1000) };
    const intents = this.#client.paymentIntents.list({ created, limit: 100, expand: ['data.latest_charge'] });
    for (;;) {
      const { done, value: intent } = await untilAborted(signal, () => intents.next());
      if (done) return;
      const ids = ourIds(intent.metadata);
      if (ids !== null) yield paymentOf(intent, ids, await this.#isDisputed(intent, signal));
    }
  }

  /** Stripe forgets idempotency keys after a day, and keeps faults for them; a refund's metadata it keeps for ever. */
  async #isRefunded(payment: KnownPayment, refund: RefundOrder, signal: AbortSignal): Promise<boolean> {
    const refunds = this.#client.refunds.list({ payment_intent: payment.reference, limit: 100 });
    for (;;) {
      const { done, value } = await untilAborted(signal, () => refunds.next());
      if (done) return false;
      if (value.metadata?.holdfast_refund === refund.id && value.status !== 'failed') return true;
    }
  }

  async #paymentOf(paymentId: string, intent: Stripe.PaymentIntent, signal: AbortSignal): Promise<ProviderPayment> {
    const ids = ourIds(intent.metadata);
    if (ids?.paymentId !== paymentId) throw new Error(`${intent.id} is not the PaymentIntent of payment ${paymentId}`);
    return paymentOf(intent, ids, await this.#isDisputed(intent, signal));
  }

  /** A charge stays marked after its dispute was decided. */
  async #isDisputed(intent: Stripe.PaymentIntent, signal: AbortSignal): Promise<boolean> {
    if (!chargeOf(intent)?.disputed) return false;
    const disputes = () => this.#client.disputes.list({ payment_intent: intent.id, limit: 100 });
    const { data } = await untilAborted(signal, disputes);
    return data.some(isDisputeOpenOrLost);
  }

  /** The payment after a step; where Stripe refuses the step, the payment is read anew. */
  async #step(
    payment: KnownPayment,
    name: string,
    signal: AbortSignal,
    call: (reference: string, options: Stripe.RequestOptions) => Promise<Stripe.PaymentIntent>,
  ): Promise<{ readonly current: ProviderPayment; readonly refusal: Stripe.errors.StripeError | null }> {
    try {
      const key = `${payment.id}:${name}`;
      const intent = await this.#keyed(key, signal, (options) => call(payment.reference, options));
      return { current: await this.#paymentOf(payment.id, intent, signal), refusal: null };
    } catch (refusal) {
      if (!isRefusal(refusal)) throw refusal;
      return { current: await this.read(payment, signal), refusal };
    }
  }

  /**
   * Stripe keeps the first answer for a key, a 500 too. What can only be done once anyway, because the PaymentIntent's state says so, is
   * then asked for with another key.
   */
  async #keyed<T>(key: string, signal: AbortSignal, call: (options: Stripe.RequestOptions) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const idempotencyKey = attempt === 1 ? key : `${key}:${attempt}`;
      try {
        return await untilAborted(signal, () => call({ idempotencyKey }));
      } catch (error) {
        if (attempt === MAX_KEYS || !isKeptFault(error)) throw error;
      }
    }
  }
}

/** The key has a fault of earlier, or was used by another version of this server with other parameters. */
function isKeptFault(error: unknown): boolean {
  if (error instanceof StripeIdempotencyError) return true;
  return error instanceof StripeAPIError && error.headers?.['idempotent-replayed'] === 'true';
}

/** What was refused in place of a decline of the bank's is told as one. */
function declined(current: ProviderPayment, reason: string): ProviderPayment {
  return current.state === 'unpaid' ? { ...current, declineReason: reason } : current;
}

function throwUnlessRefusal(error: unknown): void {
  if (!isRefusal(error)) throw error;
}

function isRefusal(error: unknown): error is Stripe.errors.StripeError {
  return error instanceof StripeCardError || error instanceof StripeInvalidRequestError;
}

function codeOf({ decline_code, code, rawType }: Stripe.errors.StripeError): string {
  return decline_code || code || rawType || 'unknown';
}
