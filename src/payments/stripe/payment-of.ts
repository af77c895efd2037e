import type { Stripe } from 'stripe';
import type { PaymentOrder, ProviderPayment, ProviderState } from '../payment-provider.ts';
import { fromStripeAmount } from './amounts.ts';

/** Which payment of ours a PaymentIntent is, in its metadata. */
export interface OurIds {
  readonly paymentId: string;
  readonly eventId: string;
}

export function metadataOf({ id, eventId, reservationId }: PaymentOrder): Record<string, string> {
  return { holdfast_payment: id, holdfast_event: eventId, holdfast_reservation: reservationId };
}

/** Null if it is not of this server: others may use the same account, and write whatever they like into metadata. */
export function ourIds({ holdfast_payment: paymentId, holdfast_event: eventId }: Stripe.Metadata): OurIds | null {
  return isUuid(paymentId) && isUuid(eventId) ? { paymentId, eventId } : null;
}

function isUuid(text: string | undefined): text is string {
  return text !== undefined && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(text);
}

/**
 * @param intent with its `latest_charge` expanded
 * @param disputed whether there is a dispute that the buyer has not lost
 */
export function paymentOf(intent: Stripe.PaymentIntent, ids: OurIds, disputed: boolean): ProviderPayment {
  const state = stateOf(intent);
  const refunded = state === 'captured' ? (chargeOf(intent)?.amount_refunded ?? 0) : 0;
  return {
    id: ids.paymentId,
    eventId: ids.eventId,
    reference: intent.id,
    state,
    amount: fromStripeAmount(intent.amount, intent.currency),
    // What was authorized and is released, Stripe counts as refunded, too.
    refunded: fromStripeAmount(refunded, intent.currency),
    disputed,
    clientSecret: state === 'action-required' ? intent.client_secret : null,
    declineReason: state === 'unpaid' ? lastDeclineOf(intent) : null,
  };
}

export function chargeOf({ latest_charge: charge }: Stripe.PaymentIntent): Stripe.Charge | null {
  return typeof charge === 'string' ? null : charge;
}

/** Whether the buyer may still get the money back by this dispute, or has it already. */
export function isDisputeOpenOrLost({ status }: Stripe.Dispute): boolean {
  return !['won', 'warning_closed', 'prevented'].includes(status);
}

function stateOf({ id, status }: Stripe.PaymentIntent): ProviderState {
  switch (status) {
    case 'requires_payment_method':
    case 'requires_confirmation':
      return 'unpaid';
    case 'requires_action':
      return 'action-required';
    case 'processing':
      return 'processing';
    case 'requires_capture':
      return 'authorized';
    case 'succeeded':
      return 'captured';
    case 'canceled':
      return 'voided';
    default:
      throw new Error(`${id} is ${status}, which this version does not know`);
  }
}

function lastDeclineOf({ last_payment_error: error }: Stripe.PaymentIntent): string | null {
  return error?.decline_code ?? error?.code ?? null;
}
