import type { PaymentRecord } from '../domain/payment.ts';
import type { Telemetry } from '../telemetry/happenings.ts';
import { type KnownPayment, type PaymentProvider, PaymentRefused } from './payment-provider.ts';

type ProviderCall = Exclude<keyof PaymentProvider, 'name' | 'publishableKey' | 'list'>;

/** A call of the provider had no answer: what it did is not known. */
export class ProviderFault extends Error {
  override readonly name = 'ProviderFault';

  constructor(call: ProviderCall, cause: unknown) {
    super(`the payment provider gave no answer to ${call}`, { cause });
  }
}

/** Calls of the provider, whose faults are counted and told apart from the store's. */
export class ProviderCalls {
  readonly #provider: PaymentProvider;
  readonly #telemetry: Telemetry;

  constructor({ provider, telemetry }: { readonly provider: PaymentProvider; readonly telemetry: Telemetry }) {
    this.#provider = provider;
    this.#telemetry = telemetry;
  }

  /** Makes the payment known to the provider, unless it is, or is never taken by it. */
  async known(payment: PaymentRecord, signal: AbortSignal): Promise<KnownPayment | PaymentRefused> {
    const { id, reference, eventId, reservationId, amount, currency } = payment;
    return this.ask('create', async (provider) => {
      if (payment.provider !== provider.name)
        throw new Error(`the payment ${id} was begun with the provider ${payment.provider}, which is not configured`);
      if (reference !== null) return { id, reference };
      return provider.create({ id, eventId, reservationId, amount, currency }, signal).catch(refusalOf);
    });
  }

  /** Rejects with a `ProviderFault`. */
  async ask<Answer>(call: ProviderCall, send: (provider: PaymentProvider) => Promise<Answer>): Promise<Answer> {
    try {
      return await send(this.#provider);
    } catch (error) {
      this.#telemetry.emit('payment:unanswered', call);
      throw new ProviderFault(call, error);
    }
  }
}

function refusalOf(error: unknown): PaymentRefused {
  if (error instanceof PaymentRefused) return error;
  throw error;
}
