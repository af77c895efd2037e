/**
 * What takes the money. Confirming a reservation calls, each outside any transaction:
 *
 * 1. `authorize`, after the reservation's deadline was moved once, far enough to last for the payment;
 * 2. the store, which books the seats, or says that the reservation was lost all the same;
 * 3. `capture` when it booked them, `void` when it did not.
 *
 * Any call may be repeated after its answer was lost, by any node, and then gives the same answer and moves no more money.
 * A promise that rejects is a fault, of which the buyer is told only that the service is busy; a refusal is an answer.
 * Every call has a signal: it aborts when the call has taken too long, or the node stops. A call that goes on all the same is left alone.
 */
export interface PaymentProvider {
  /**
   * Sets the amount aside. May be given up through `request.signal`, and then rejects.
   * Whenever it rejects, nothing may stay set aside: a provider that cannot know whether it was heard cancels the
   * attempt by its `attemptId` itself.
   */
  authorize(request: AuthorizationRequest): Promise<AuthorizationAnswer>;
  /**
   * Takes what was set aside, the seats being booked by now: a buyer who confirms again may cause it once more.
   * `attemptId` is that of the authorization. Rejects if the authorization was voided.
   */
  capture(authorizationId: string, attemptId: string, signal?: AbortSignal): Promise<void>;
  /** Gives back what was set aside. Rejects if it was captured. An authorization never voided must lapse by itself. */
  void(authorizationId: string, signal?: AbortSignal): Promise<void>;
}

export interface AuthorizationRequest {
  /** In minor units (cents), 1 or more: what is free is booked without asking. */
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  /** What the client gave as `paymentToken`; null if nothing. */
  readonly token: string | null;
  /** One attempt to pay: the same again only to repeat it, and a new one after it was voided. */
  readonly attemptId: string;
  /** What is paid for, to find the payment by. */
  readonly reservationId: string;
  /** Aborts when the time for payments (`PAYMENT_SECONDS`) is over. */
  readonly signal: AbortSignal;
}

export type AuthorizationAnswer =
  | { readonly outcome: 'authorized'; readonly authorizationId: string }
  /** `reason` is the provider's own code, shown to the buyer's client as it is. */
  | { readonly outcome: 'declined'; readonly reason: string };
