import type { PaymentProvider } from './payment-provider.ts';
import { createTestPaymentProvider } from './test-provider.ts';

/** Opens the payment provider that is configured. */
export async function openPaymentProvider(name: 'test'): Promise<PaymentProvider> {
  switch (name) {
    case 'test':
      return createTestPaymentProvider();
  }
}
