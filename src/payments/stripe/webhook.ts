import { Stripe } from 'stripe';
import type { ProviderNotice } from '../payment-provider.ts';
import { BadWebhook, type PaymentWebhook } from '../payment-webhook.ts';
import { untilAborted } from './client.ts';
import { ourIds } from './payment-of.ts';

/**
 * The events after which a payment may be in another state, or hold other money, than is known here, and the state that they tell of. All
 * others mean nothing to us.
 */
const heeded = new Map<string, ProviderNotice['state']>([
  ['payment_intent.amount_capturable_updated', 'authorized'],
  ['payment_intent.succeeded', 'captured'],
  ['payment_intent.canceled', null],
  ['payment_intent.payment_failed', null],
  ['charge.dispute.closed', null],
  ['charge.dispute.created', null],
  ['charge.refunded', null],
  // A refund that fails is told by the one or the other, depending on the version of the API that the endpoint has.
  ['charge.refund.updated', null],
  ['refund.failed', null],
]);

/** Reads what Stripe sends to `/webhooks/stripe` (https://docs.stripe.com/webhooks). */
export class StripeWebhook implements PaymentWebhook {
  readonly path = '/webhooks/stripe';
  readonly signatureHeader = 'stripe-signature';
  readonly #client: Stripe;
  readonly #secrets: readonly string[];

  constructor(client: Stripe, secrets: readonly string[]) {
    this.#client = client;
    this.#secrets = secrets;
  }

  async read(body: Buffer, signature: string | undefined, signal: AbortSignal): Promise<ProviderNotice | null> {
    const { id, type, data } = this.#verified(body, signature);
    const state = heeded.get(type);
    if (state === undefined) return null;
    const about = subjectOf(data.object);
    if (about === null) return null;
    const ids = ourIds(about.metadata) ?? (about.isOwnMetadata ? null : await this.#idsOf(about.reference, signal));
    return ids === null ? null : { id, type, state, ...ids, reference: about.reference };
  }

  #verified(body: Buffer, signature: string | undefined): Stripe.Event {
    let reason = 'there is no stripe-signature header';
    if (signature === undefined) throw new BadWebhook(reason);
    for (const secret of this.#secrets) {
      try {
        return Stripe.webhooks.constructEvent(body, signature, secret);
      } catch (error) {
        if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) throw error;
        // An old one has the right signature for one of the secrets, and a wrong one for the other.
        if (reason !== tooOld) reason = error.message.startsWith('Timestamp') ? tooOld : 'the signature is wrong';
      }
    }
    throw new BadWebhook(reason);
  }

  async #idsOf(reference: string, signal: AbortSignal) {
    const intent = await untilAborted(signal, () => this.#client.paymentIntents.retrieve(reference));
    return ourIds(intent.metadata);
  }
}

const tooOld = 'it was signed more than five minutes ago';

interface Subject {
  readonly reference: string;
  readonly metadata: Stripe.Metadata;
  /** Whether it would have our ids in its metadata if it were ours. Refunds and disputes made elsewhere have not. */
  readonly isOwnMetadata: boolean;
}

function subjectOf(object: Stripe.Event.Data.Object): Subject | null {
  if (!isRecord(object)) return null;
  const metadata = isRecord(object.metadata) ? (object.metadata as Stripe.Metadata) : {};
  const reference = object.object === 'payment_intent' ? object.id : object.payment_intent;
  if (typeof reference !== 'string') return null;
  return { reference, metadata, isOwnMetadata: object.object === 'payment_intent' || object.object === 'charge' };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
