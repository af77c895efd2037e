import type { Stripe, StripeElements } from '@stripe/stripe-js';
import { loadStripe } from '@stripe/stripe-js/pure';
import { toStripeAmount } from '../../../src/payments/stripe/amounts.ts';
import type { Money } from '../language/formats.ts';
import type { PaymentForm } from './hold.ts';
import { PaymentFormFault } from './notices.ts';

/** Written into the page by the server: the form must offer what the server can charge. */
const capture = document.documentElement.dataset.stripeCapture === 'automatic' ? 'automatic' : 'manual';

/** Stripe's own form: what is typed into it comes neither to this page nor to its server. */
export class StripeForm implements PaymentForm {
  readonly #stripe: Stripe;
  readonly #elements: StripeElements;

  private constructor(stripe: Stripe, elements: StripeElements) {
    this.#stripe = stripe;
    this.#elements = elements;
  }

  /** Rejects if the script cannot be loaded. */
  static async open(publishableKey: string, total: Money, locale: 'de' | 'en'): Promise<StripeForm> {
    const stripe = await loadStripe(publishableKey);
    if (stripe === null) throw new Error('there is no Stripe.js');
    const options = { mode: 'payment', captureMethod: capture, locale } as const;
    return new StripeForm(stripe, stripe.elements({ ...options, ...amountOf(total) }));
  }

  /** Returns how to take it away again. */
  mount(place: HTMLElement): () => void {
    const element = this.#elements.create('payment');
    element.mount(place);
    return () => element.destroy();
  }

  update(total: Money): void {
    void this.#elements.update(amountOf(total));
  }

  async token(): Promise<string | null> {
    const { error: incomplete } = await this.#elements.submit();
    if (incomplete) return null;
    const params = { return_url: location.href };
    const created = await this.#stripe.createConfirmationToken({ elements: this.#elements, params });
    if (created.error) throw new PaymentFormFault(created.error.message);
    return created.confirmationToken.id;
  }

  async askBank(clientSecret: string): Promise<void> {
    await this.#stripe.handleNextAction({ clientSecret });
  }
}

function amountOf({ amount, currency }: Money) {
  return { amount: toStripeAmount(amount, currency), currency: currency.toLowerCase() };
}
