import type { Decline, PaymentMethod } from './payment-methods.ts';

/** One attempt to take money. */
export interface Charge {
  readonly id: string;
  readonly created: number;
  readonly amount: number;
  readonly method: PaymentMethod;
  readonly failure: Decline | null;
  status: 'succeeded' | 'pending' | 'failed';
  captured: boolean;
  amountCaptured: number;
  amountRefunded: number;
  disputed: boolean;
}

export interface ChargeOf {
  readonly id: string;
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A charge has a copy of its PaymentIntent's metadata (https://docs.stripe.com/metadata). */
export function chargeInJson(charge: Charge, intent: ChargeOf) {
  return {
    id: charge.id,
    object: 'charge',
    amount: charge.amount,
    amount_captured: charge.amountCaptured,
    amount_refunded: charge.amountRefunded,
    captured: charge.captured,
    created: charge.created,
    currency: intent.currency,
    disputed: charge.disputed,
    failure_code: charge.failure?.code ?? null,
    failure_message: charge.failure?.message ?? null,
    livemode: false,
    metadata: intent.metadata,
    paid: charge.status === 'succeeded',
    payment_intent: intent.id,
    payment_method: charge.method.id,
    refunded: charge.amountRefunded === charge.amount,
    status: charge.status,
  };
}
