/** What was decided about a payment. */
export type PaymentState =
  /** The provider is being asked, or has to be asked what became of it. */
  | 'AUTHORIZING'
  /** The buyer's bank wants to hear from the buyer. */
  | 'ACTION_REQUIRED'
  /** The seats are booked, and the money is to be taken. */
  | 'AUTHORIZED'
  | 'CAPTURED'
  /** Given up: what the provider may have secured is given back. */
  | 'VOIDED'
  /** Declined, or never asked for. */
  | 'FAILED'
  | 'PARTLY_REFUNDED'
  | 'REFUNDED';

export interface PaymentKey {
  readonly eventId: string;
  readonly paymentId: string;
}

/** An attempt to pay for a reservation. Amounts are in minor units of the currency. */
export interface PaymentRecord {
  readonly eventId: string;
  /** The provider's idempotency key. */
  readonly id: string;
  readonly reservationId: string;
  readonly viewerId: string;
  /** 'test' */
  readonly provider: string;
  /** The provider's own id; null until it is known. */
  readonly reference: string | null;
  readonly amount: number;
  /** ISO 4217. */
  readonly currency: string;
  readonly state: PaymentState;
  readonly refunded: number;
  readonly disputed: boolean;
  /** Calls of the provider that failed in a row. */
  readonly attempts: number;
  readonly createdAtMs: number;
}

/** Payments that have to be settled. */
export interface PaymentBacklog {
  /** That are due. */
  readonly due: number;
  /** For how long the one that waits the longest has been due; 0 if there is none. */
  readonly oldestMs: number;
  /** Whose last call of the provider failed. */
  readonly failing: number;
}

/** How a buyer wants to be addressed. */
export interface Buyer {
  readonly name: string | null;
  readonly email: string | null;
}
