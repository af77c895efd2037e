import { randomUUID } from 'node:crypto';
import type { StripeConfig } from '../../../src/config.ts';
import type { PaymentOrder } from '../../../src/payments/payment-provider.ts';
import { openClient } from '../../../src/payments/stripe/client.ts';
import { StripePayments } from '../../../src/payments/stripe/stripe-payments.ts';
import type { StripeDouble } from '../../stripe/stripe-double.ts';

export function configFor(double: StripeDouble, changes: Partial<StripeConfig> = {}): StripeConfig {
  return {
    name: 'stripe',
    secretKey: 'sk_test_double',
    publishableKey: 'pk_test_double',
    webhookSecrets: ['whsec_test'],
    capture: 'manual',
    apiUrl: double.url,
    ...changes,
  };
}

export function paymentsBy(double: StripeDouble, changes: Partial<StripeConfig> = {}): StripePayments {
  const config = configFor(double, changes);
  return new StripePayments(openClient(config), config);
}

export const eventId = randomUUID();

export function newOrder(changes: Partial<PaymentOrder> = {}): PaymentOrder {
  return { id: randomUUID(), eventId, reservationId: randomUUID(), amount: 4_500, currency: 'EUR', ...changes };
}

/** For calls that are not to be given up. */
export const { signal: never } = new AbortController();
