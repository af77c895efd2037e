import { bulkhead } from 'cockatiel';
import type { PaymentRecord } from '../domain/payment.ts';
import type { Database } from '../store/engine/database.ts';
import { isPaymentEventKept } from '../store/queries/payment-events.ts';
import { findPayments } from '../store/queries/payments.ts';
import { keepPaymentEvent } from '../store/statements/keep-payment-event.ts';
import type { PaymentFlow } from './payment-flow.ts';
import type { PaymentProvider, ProviderNotice } from './payment-provider.ts';
import type { PaymentWebhook } from './payment-webhook.ts';

/** Worked off at once: the provider limits how many requests a second it answers. Further ones wait, and then are refused. */
const MAX_IN_FLIGHT = 20;
const MAX_WAITING = 1_000;
/** Of one notice. The provider gives up after a while, and sends it again. */
const WITHIN_MS = 20_000;

export interface PaymentNoticesParts {
  readonly database: Database;
  readonly webhook: PaymentWebhook;
  /** With time limits. */
  readonly provider: PaymentProvider;
  readonly flow: PaymentFlow;
}

/**
 * Works off what the provider tells by itself. A notice says only which payment has to be looked at; so their order does not matter, and
 * nothing is lost when one is missed. It is noted as the last step: until then it is sent again.
 */
export class PaymentNotices {
  readonly #parts: PaymentNoticesParts;
  readonly #bulkhead = bulkhead(MAX_IN_FLIGHT, MAX_WAITING);

  constructor(parts: PaymentNoticesParts) {
    this.#parts = parts;
  }

  get webhook(): Pick<PaymentWebhook, 'path' | 'signatureHeader'> {
    return this.#parts.webhook;
  }

  /**
   * Resolves when all that follows from it is in the store. Rejects if it has to be sent again.
   * @throws BadWebhook
   */
  async receive(body: Buffer, signature: string | undefined): Promise<void> {
    const notice = await this.#parts.webhook.read(body, signature, AbortSignal.timeout(WITHIN_MS));
    if (notice !== null) await this.#bulkhead.execute(() => this.#take(notice, AbortSignal.timeout(WITHIN_MS)));
  }

  async #take(notice: ProviderNotice, signal: AbortSignal): Promise<void> {
    const { database } = this.#parts;
    const [payment] = await findPayments(database, [notice]);
    // Of another installation that shares the account.
    if (payment === undefined || (await isPaymentEventKept(database, notice))) return;
    await this.#pursue(payment, notice, signal);
    await keepPaymentEvent(database, notice);
  }

  async #pursue(payment: PaymentRecord, { reference, state }: ProviderNotice, signal: AbortSignal): Promise<void> {
    const { flow, provider } = this.#parts;
    // A second attempt at the same payment, made after the provider had forgotten the idempotency key of the first.
    if (payment.reference !== null && payment.reference !== reference) {
      await provider.void({ id: payment.id, reference }, signal);
      return;
    }
    if (!isKnown(payment, state)) await flow.pursue({ ...payment, reference }, signal, false);
  }
}

/** Most notices tell what this server has done itself, and the provider answers only so many requests a second. */
function isKnown({ state }: PaymentRecord, told: ProviderNotice['state']): boolean {
  const isTaken = state === 'CAPTURED' || state === 'PARTLY_REFUNDED' || state === 'REFUNDED';
  return (told === 'authorized' && (isTaken || state === 'AUTHORIZED')) || (told === 'captured' && isTaken);
}
