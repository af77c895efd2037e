import { once } from 'node:events';
import type { PaymentProvider, ProviderPayment } from './payment-provider.ts';

/** Time limit of each call but `authorize`, which may take as long as the payment. */
const CALL_MS = 10_000;

type Call<Answer> = (signal: AbortSignal) => Promise<Answer>;

/** Bounds every call of a provider: its signal is aborted, and the call is abandoned if it does not end then. */
export function withTimeLimits(provider: PaymentProvider, callMs = CALL_MS): PaymentProvider {
  const limited = <Answer>(signal: AbortSignal, call: Call<Answer>) =>
    unlessAborted(AbortSignal.any([signal, AbortSignal.timeout(callMs)]), call);
  return {
    name: provider.name,
    publishableKey: provider.publishableKey,
    create: (order, signal) => limited(signal, (each) => provider.create(order, each)),
    authorize: (payment, token, signal) => unlessAborted(signal, (each) => provider.authorize(payment, token, each)),
    read: (payment, signal) => limited(signal, (each) => provider.read(payment, each)),
    capture: (payment, signal) => limited(signal, (each) => provider.capture(payment, each)),
    void: (payment, signal) => limited(signal, (each) => provider.void(payment, each)),
    refund: (payment, refund, signal) => limited(signal, (each) => provider.refund(payment, refund, each)),
    async *list(sinceMs, signal) {
      const payments = provider.list(sinceMs, signal)[Symbol.asyncIterator]();
      for (;;) {
        const next: IteratorResult<ProviderPayment> = await limited(signal, () => payments.next());
        if (next.done) return;
        yield next.value;
      }
    },
  };
}

async function unlessAborted<Answer>(signal: AbortSignal, call: Call<Answer>): Promise<Answer> {
  signal.throwIfAborted();
  const answered = new AbortController();
  try {
    return await Promise.race([call(signal), whenAborted(signal, answered.signal)]);
  } finally {
    answered.abort();
  }
}

async function whenAborted(signal: AbortSignal, answered: AbortSignal): Promise<never> {
  await once(signal, 'abort', { signal: answered });
  throw new Error('the payment provider did not answer in time', { cause: signal.reason });
}
