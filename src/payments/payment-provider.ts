/**
 * A payment provider, as Holdfast uses one. A payment is written to the store before the provider hears of it; `PaymentOrder.id` is the
 * provider's idempotency key for every call, so that any node may repeat any call after its answer was lost, and no money moves twice.
 *
 * `create` → `authorize` → (`action-required` → the buyer's bank → `authorized`) → the store books → `capture`; `void` when it did not.
 *
 * Every call answers with the payment as the provider has it now. A declined card is an answer, too; a rejected promise is a fault, after
 * which nothing is known until `create` or `read` answers. Calls end when their signal aborts.
 */
export interface PaymentProvider {
  /** Stored with each payment, and told to clients: 'test' or 'stripe'. */
  readonly name: string;
  /** With which clients load the provider's own form; null if they need none. */
  readonly publishableKey: string | null;
  /**
   * Makes the payment known to the provider, or finds the one that was made before. No money is asked for yet. Rejects with
   * `PaymentRefused` for what the provider never takes: there is nothing to look after then.
   */
  create(order: PaymentOrder, signal: AbortSignal): Promise<ProviderPayment>;
  /** Asks for the money with what the provider's own form gave the buyer's client; null if it gave nothing. */
  authorize(payment: KnownPayment, token: string | null, signal: AbortSignal): Promise<ProviderPayment>;
  read(payment: KnownPayment, signal: AbortSignal): Promise<ProviderPayment>;
  /** Takes money that is authorized. Does nothing if it is captured already. */
  capture(payment: KnownPayment, signal: AbortSignal): Promise<ProviderPayment>;
  /** Gives everything back: cancels what is not captured, and refunds what is. Does nothing if that is done already. */
  void(payment: KnownPayment, signal: AbortSignal): Promise<ProviderPayment>;
  /** Gives back a part of what is captured. The same refund id gives it once. */
  refund(payment: KnownPayment, refund: RefundOrder, signal: AbortSignal): Promise<ProviderPayment>;
  /** Payments of this server that the provider has, made at this moment or later, in no particular order. */
  list(sinceMs: number, signal: AbortSignal): AsyncIterable<ProviderPayment>;
}

export interface PaymentOrder {
  readonly id: string;
  readonly eventId: string;
  readonly reservationId: string;
  /** In the currency's minor units, 1 or more: free reservations are booked without a payment. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
}

/** A payment that the provider has a reference for. */
export interface KnownPayment {
  readonly id: string;
  /** The provider's own id. */
  readonly reference: string;
}

export interface RefundOrder {
  readonly id: string;
  /** In minor units, 1 or more. */
  readonly amount: number;
}

/** A payment as the provider has it. */
export interface ProviderPayment extends KnownPayment {
  readonly eventId: string;
  readonly state: ProviderState;
  /** In minor units. */
  readonly amount: number;
  /** How much of `amount` was given back, by whomever. */
  readonly refunded: number;
  /** Whether the buyer has disputed it with the bank, and has not lost that dispute. */
  readonly disputed: boolean;
  /** What the client hands to the provider's own library while `action-required`; null otherwise, or if it needs nothing. */
  readonly clientSecret: string | null;
  /** The provider's own code of the last decline, passed on to the buyer's client unchanged. */
  readonly declineReason: string | null;
}

export type ProviderState =
  /** No money is secured: not asked for yet, or declined. */
  | 'unpaid'
  /** The buyer's bank wants to hear from the buyer (3-D Secure). */
  | 'action-required'
  /** The provider waits for somebody other than the buyer. */
  | 'processing'
  /** Secured, and not taken yet. */
  | 'authorized'
  /** Taken. Refunds are in `refunded`. */
  | 'captured'
  /** Cancelled without money having moved. */
  | 'voided';

/** What a provider's webhook tells: which payment is to be read anew. What became of it, only the reading says. */
export interface ProviderNotice {
  /** The provider's own id of the event, by which repeated deliveries are known. */
  readonly id: string;
  /** The provider's name of what happened, kept in the payment's list of events. */
  readonly type: string;
  readonly eventId: string;
  readonly paymentId: string;
  readonly reference: string;
  /** The state that it tells of. Where the store has that already, nothing has to be read; null if it may be more than a state. */
  readonly state: 'authorized' | 'captured' | null;
}

/** What the provider never takes, such as an amount below its minimum. To ask again would be in vain. */
export class PaymentRefused extends Error {
  override readonly name = 'PaymentRefused';
  /** The provider's own code, passed on to the buyer's client unchanged. */
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}
