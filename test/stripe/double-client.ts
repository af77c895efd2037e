import { Stripe } from 'stripe';
import type { StripeDouble } from './stripe-double.ts';

/** The official library, with its requests going to the double. */
export function clientOf({ url }: StripeDouble, config: Stripe.StripeConfig = {}): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe('sk_test_double', { protocol: 'http', host: hostname, port, maxNetworkRetries: 0, ...config });
}

export const manual = {
  amount: 4_500,
  currency: 'eur',
  capture_method: 'manual',
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const satisfies Stripe.PaymentIntentCreateParams;

/** What the call was refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof Stripe.errors.StripeError) return error;
  throw new Error('it was not refused', { cause: error });
}
