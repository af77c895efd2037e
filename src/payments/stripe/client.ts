import { addAbortListener } from 'node:events';
import { Stripe } from 'stripe';
import type { StripeConfig } from '../../config.ts';

/** Of each request. Most take a second; banks are slow at times. */
const REQUEST_TIMEOUT_MS = 20_000;
/** Of a request, by the library, with the same idempotency key: after a broken connection or a conflict. */
const MAX_RETRIES = 2;

export function openClient({ secretKey, apiUrl }: StripeConfig): Stripe {
  return new Stripe(secretKey, {
    ...(apiUrl === null ? {} : addressOf(new URL(apiUrl))),
    timeout: REQUEST_TIMEOUT_MS,
    maxNetworkRetries: MAX_RETRIES,
    telemetry: false,
    appInfo: { name: 'Holdfast' },
  });
}

function addressOf({ protocol, hostname, port }: URL): Stripe.StripeConfig {
  const isHttp = protocol === 'http:';
  return { protocol: isHttp ? 'http' : 'https', host: hostname, port: port || (isHttp ? 80 : 443) };
}

/**
 * Ends with the signal. The library takes no signals: a request that is in flight then is bounded by its own time limits, and what comes
 * of it is found by reading the payment.
 */
export async function untilAborted<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const listening = addAbortListener(signal, () => reject(signal.reason));
    call()
      .then(resolve, (error: unknown) => reject(withoutDetails(error)))
      .finally(() => listening[Symbol.dispose]());
  });
}

/** The library's errors have the whole PaymentIntent in them, with the buyer's data and the client's secret, which no log should have. */
function withoutDetails(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  for (const property of ['raw', 'payment_intent', 'payment_method', 'source', 'headers'] as const)
    hide(error, property);
  return error;
}

function hide(error: Stripe.errors.StripeError, property: keyof Stripe.errors.StripeError): void {
  Object.defineProperty(error, property, { value: error[property], enumerable: false });
}
