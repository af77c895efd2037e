import type { PaymentProviderConfig } from '../config.ts';
import type { OpenedProvider } from './payment-webhook.ts';
import { createTestPaymentProvider } from './test-provider.ts';

/** Opens the payment provider that is configured; the code of no other is loaded. */
export async function openPaymentProvider(config: PaymentProviderConfig): Promise<OpenedProvider> {
  switch (config.name) {
    case 'test':
      return { provider: createTestPaymentProvider(), webhook: null };
    case 'stripe': {
      const { openStripe } = await import('./stripe/open-stripe.ts');
      return openStripe(config);
    }
  }
}
