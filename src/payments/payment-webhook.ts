import type { PaymentProvider, ProviderNotice } from './payment-provider.ts';

export interface OpenedProvider {
  readonly provider: PaymentProvider;
  /** Null if the provider tells nothing by itself. */
  readonly webhook: PaymentWebhook | null;
}

/** How a payment provider tells by itself what happened. */
export interface PaymentWebhook {
  /** Where it is posted to. */
  readonly path: string;
  /** In lower case. */
  readonly signatureHeader: string;
  /**
   * Checks that the provider sent it, and lately.
   * @param body as it was received, byte for byte
   * @returns null if it is about no payment of this server
   * @throws BadWebhook
   */
  read(body: Buffer, signature: string | undefined, signal: AbortSignal): Promise<ProviderNotice | null>;
}

/** The provider did not send this, or long ago. The message says which. */
export class BadWebhook extends Error {
  override readonly name = 'BadWebhook';
}
