import type { Charge } from './charges.ts';
import type { Decline, PaymentMethod } from './payment-methods.ts';

/** https://docs.stripe.com/payments/paymentintents/lifecycle */
export type Status =
  | 'requires_payment_method'
  | 'requires_confirmation'
  | 'requires_action'
  | 'processing'
  | 'requires_capture'
  | 'succeeded'
  | 'canceled';

export interface Intent {
  readonly id: string;
  readonly order: number;
  readonly created: number;
  readonly amount: number;
  readonly currency: string;
  readonly captureMethod: 'automatic' | 'manual';
  readonly metadata: Readonly<Record<string, string>>;
  readonly clientSecret: string;
  /** Whether methods that redirect are allowed, for which a `return_url` is required. */
  readonly allowsRedirects: boolean;
  status: Status;
  method: PaymentMethod | null;
  returnUrl: string | null;
  usesSdk: boolean;
  lastError: Decline | null;
  charge: Charge | null;
  canceledAt: number | null;
  cancellationReason: string | null;
}

/** @param bankUrl where the bank's page is, for those who are sent there */
export function intentInJson(intent: Intent, bankUrl: string) {
  const { charge, lastError, method } = intent;
  const isTaken = charge?.captured === true;
  return {
    id: intent.id,
    object: 'payment_intent',
    amount: intent.amount,
    amount_capturable: intent.status === 'requires_capture' ? intent.amount : 0,
    amount_received: isTaken ? charge.amountCaptured : 0,
    canceled_at: intent.canceledAt,
    cancellation_reason: intent.cancellationReason,
    capture_method: intent.captureMethod,
    client_secret: intent.clientSecret,
    confirmation_method: 'automatic',
    created: intent.created,
    currency: intent.currency,
    last_payment_error: lastError === null ? null : errorInJson(lastError),
    latest_charge: charge?.id ?? null,
    livemode: false,
    metadata: intent.metadata,
    next_action: intent.status === 'requires_action' ? nextAction(intent, bankUrl) : null,
    // After a failure there is none, and another one may be tried.
    payment_method: intent.status === 'requires_payment_method' ? null : (method?.id ?? null),
    payment_method_types: ['card'],
    status: intent.status,
  };
}

function nextAction({ id, usesSdk, returnUrl, method }: Intent, bankUrl: string) {
  // Cards are asked by Stripe.js when the server says so; all others on a page of the bank's.
  if (usesSdk && method?.behaviour.type === 'card') return { type: 'use_stripe_sdk', use_stripe_sdk: {} };
  return { type: 'redirect_to_url', redirect_to_url: { return_url: returnUrl, url: `${bankUrl}/${id}` } };
}

function errorInJson({ code, decline_code, message }: Decline) {
  const type = code === 'payment_intent_authentication_failure' ? 'invalid_request_error' : 'card_error';
  return { type, code, ...(decline_code === '' ? {} : { decline_code }), message };
}
