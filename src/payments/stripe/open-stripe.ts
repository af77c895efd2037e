import type { StripeConfig } from '../../config.ts';
import type { OpenedProvider } from '../payment-webhook.ts';
import { openClient } from './client.ts';
import { StripePayments } from './stripe-payments.ts';
import { StripeWebhook } from './webhook.ts';

/** Without a secret by which its requests are known, there is no webhook. */
export function openStripe(config: StripeConfig): OpenedProvider {
  const client = openClient(config);
  const { webhookSecrets } = config;
  return {
    provider: new StripePayments(client, config),
    webhook: webhookSecrets.length === 0 ? null : new StripeWebhook(client, webhookSecrets),
  };
}
