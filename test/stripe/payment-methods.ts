import { invalidParameter, missing, StripeFault } from './errors.ts';
import type { Ids } from './ids.ts';

/** What a payment method does when money is asked of it. */
export interface Behaviour {
  readonly type: 'card' | 'ideal' | 'us_bank_account';
  /** The buyer's bank wants to hear from the buyer first. */
  readonly asksBuyer: boolean;
  /** The decline that follows; null if the money is there. */
  readonly decline: Decline | null;
  /** The buyer disputes it as soon as it is captured. */
  readonly disputes: boolean;
  /** What becomes of a refund. */
  readonly refund: 'succeeds' | 'pending' | 'fails';
}

export interface Decline {
  readonly code: string;
  readonly decline_code: string;
  readonly message: string;
}

const card: Behaviour = { type: 'card', asksBuyer: false, decline: null, disputes: false, refund: 'succeeds' };
const declinedBy = (decline_code: string): Behaviour => ({
  ...card,
  decline: { code: 'card_declined', decline_code, message: 'Your card was declined.' },
});
const wrong = (code: string, message: string): Behaviour => ({
  ...card,
  decline: { code, decline_code: code, message },
});

/** Stripe's own test ids (https://docs.stripe.com/testing). */
const testMethods: Readonly<Record<string, Behaviour>> = {
  pm_card_visa: card,
  pm_card_visa_debit: card,
  pm_card_mastercard: card,
  pm_card_amex: card,
  pm_card_chargeDeclined: declinedBy('generic_decline'),
  pm_card_visa_chargeDeclined: declinedBy('generic_decline'),
  pm_card_chargeDeclinedInsufficientFunds: declinedBy('insufficient_funds'),
  pm_card_visa_chargeDeclinedInsufficientFunds: declinedBy('insufficient_funds'),
  pm_card_chargeDeclinedLostCard: declinedBy('lost_card'),
  pm_card_visa_chargeDeclinedLostCard: declinedBy('lost_card'),
  pm_card_chargeDeclinedStolenCard: declinedBy('stolen_card'),
  pm_card_visa_chargeDeclinedStolenCard: declinedBy('stolen_card'),
  pm_card_chargeDeclinedExpiredCard: wrong('expired_card', 'Your card has expired.'),
  pm_card_chargeDeclinedIncorrectCvc: wrong('incorrect_cvc', "Your card's security code is incorrect."),
  pm_card_chargeDeclinedProcessingError: wrong('processing_error', 'An error occurred while processing your card.'),
  pm_card_authenticationRequired: { ...card, asksBuyer: true },
  pm_card_threeDSecureRequired: { ...card, asksBuyer: true },
  pm_card_threeDSecure2Required: { ...card, asksBuyer: true },
  pm_card_threeDSecureRequiredChargeDeclined: { ...declinedBy('generic_decline'), asksBuyer: true },
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: {
    ...declinedBy('insufficient_funds'),
    asksBuyer: true,
  },
  pm_card_createDispute: { ...card, disputes: true },
  pm_card_pendingRefund: { ...card, refund: 'pending' },
  pm_card_refundFail: { ...card, refund: 'fails' },
  pm_usBankAccount_success: { ...card, type: 'us_bank_account' },
  pm_usBankAccount_insufficientFunds: { ...declinedBy('insufficient_funds'), type: 'us_bank_account' },
};

export interface PaymentMethod {
  readonly id: string;
  readonly created: number;
  readonly behaviour: Behaviour;
}

export interface ConfirmationToken {
  readonly id: string;
  readonly created: number;
  readonly paymentMethod: string;
  readonly returnUrl: string | null;
  usedBy: string | null;
}

/** What buyers pay with. */
export class PaymentMethods {
  readonly #ids: Ids;
  readonly #methods = new Map<string, PaymentMethod>();
  readonly #spent = new Set<string>();
  readonly #tokens = new Map<string, ConfirmationToken>();

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  /** A new one that behaves as the test id does. */
  create(likeId: string): PaymentMethod {
    const behaviour = testMethods[likeId];
    if (behaviour === undefined) throw missing('PaymentMethod', likeId, 'payment_method');
    return this.#keep(behaviour);
  }

  /** iDEAL, which has no test id: the buyer says yes or no on the bank's page. */
  createIdeal(): PaymentMethod {
    return this.#keep({ ...card, type: 'ideal', asksBuyer: true });
  }

  find(id: string): PaymentMethod {
    const found = this.#methods.get(id);
    if (found === undefined) throw missing('PaymentMethod', id, 'payment_method');
    return found;
  }

  /**
   * For a payment. A test id stands for a new method each time; any other pays once, because it belongs to no Customer
   * (https://docs.stripe.com/payments/payment-methods#transaction-only).
   */
  take(id: string): PaymentMethod {
    if (id in testMethods) return this.create(id);
    const found = this.find(id);
    if (this.#spent.has(id)) {
      const message =
        'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment.';
      throw new StripeFault(400, { type: 'invalid_request_error', message: `${message} It may not be used again.` });
    }
    this.#spent.add(id);
    return found;
  }

  createToken(paymentMethod: string, returnUrl: string | null): ConfirmationToken {
    const method = paymentMethod in testMethods ? this.create(paymentMethod) : this.find(paymentMethod);
    const token = { ...this.#ids.made('ctoken'), paymentMethod: method.id, returnUrl, usedBy: null };
    this.#tokens.set(token.id, token);
    return token;
  }

  findToken(id: string): ConfirmationToken {
    const found = this.#tokens.get(id);
    if (found === undefined) throw missing('confirmation_token', id, 'confirmation_token');
    return found;
  }

  /** A ConfirmationToken is for one PaymentIntent (https://docs.stripe.com/api/confirmation_tokens). */
  takeToken(id: string, paymentIntent: string): { readonly method: PaymentMethod; readonly returnUrl: string | null } {
    const token = this.findToken(id);
    if (token.usedBy !== null) {
      throw invalidParameter(`The ConfirmationToken ${id} was already used.`, { param: 'confirmation_token' });
    }
    token.usedBy = paymentIntent;
    return { method: this.take(token.paymentMethod), returnUrl: token.returnUrl };
  }

  #keep(behaviour: Behaviour): PaymentMethod {
    const method = { ...this.#ids.made('pm'), behaviour };
    this.#methods.set(method.id, method);
    return method;
  }
}
