/**
 * A payment provider. Confirming a reservation calls, each outside any transaction:
 *
 * 1. `authorize`, after the reservation's deadline was moved once, far enough for the payment;
 * 2. the store, which books the seats, or finds that the reservation was lost nevertheless;
 * 3. `capture` when it booked them, `void` when it did not.
 *
 * Any call may be repeated by any node after its answer was lost. It must then give the same answer and move no more money.
 * A refusal is an answer. A rejected promise is a fault, for which the buyer only gets that the service is busy.
 * Every call has a signal that aborts when the call has taken too long, or the node stops. A call that does not end then is abandoned.
 */
export interface PaymentProvider {
  /**
   * Authorizes the amount. Rejects when `request.signal` aborts. Whenever it rejects, nothing may stay authorized: a provider that cannot
   * know whether its request arrived must cancel the attempt by its `attemptId`.
   */
  authorize(request: AuthorizationRequest): Promise<AuthorizationAnswer>;
  /**
   * Captures an authorization once the seats are booked. May be called again when a buyer confirms again. `attemptId` is that of the
   * authorization. Rejects if the authorization was voided.
   */
  capture(authorizationId: string, attemptId: string, signal?: AbortSignal): Promise<void>;
  /** Cancels an authorization. Rejects if it was captured. An authorization that is never voided must expire by itself. */
  void(authorizationId: string, signal?: AbortSignal): Promise<void>;
}

export interface AuthorizationRequest {
  /** In minor units (cents), 1 or more: free reservations are booked without the provider. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  /** The client's `paymentToken`; null if it gave none. */
  readonly token: string | null;
  /** Identifies one attempt to pay. The same id means a retry; after a void there is a new one. */
  readonly attemptId: string;
  /** The reservation that is paid for. */
  readonly reservationId: string;
  /** Aborts when the time for the payment (`PAYMENT_SECONDS`) is over. */
  readonly signal: AbortSignal;
}

export type AuthorizationAnswer =
  | { readonly outcome: 'authorized'; readonly authorizationId: string }
  /** `reason` is the provider's own code, passed on to the buyer's client unchanged. */
  | { readonly outcome: 'declined'; readonly reason: string };
