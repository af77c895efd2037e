import { type Charge, chargeInJson } from './charges.ts';
import { chargeable, whole } from './currencies.ts';
import { invalidParameter, missing, StripeFault, unexpectedState } from './errors.ts';
import type { Events } from './events.ts';
import { nested, type Parameters, text, texts } from './form.ts';
import type { Ids } from './ids.ts';
import { type Intent, intentInJson } from './intent.ts';
import type { Decline, PaymentMethod, PaymentMethods } from './payment-methods.ts';

export interface PaymentIntentsDependencies {
  readonly ids: Ids;
  readonly methods: PaymentMethods;
  readonly events: Events;
  /** Where the bank's page is, for those who are sent there. */
  readonly bankUrl: () => string;
}

/** The PaymentIntents of an account. */
export class PaymentIntents {
  readonly #of: PaymentIntentsDependencies;
  readonly #all = new Map<string, Intent>();

  constructor(dependencies: PaymentIntentsDependencies) {
    this.#of = dependencies;
  }

  all(): readonly Intent[] {
    return [...this.#all.values()];
  }

  find(id: string, param?: string): Intent {
    const found = this.#all.get(id);
    if (found === undefined) throw missing('payment_intent', id, param);
    return found;
  }

  create(parameters: Parameters): Intent {
    const { ids, events } = this.#of;
    const automatic = nested(parameters, 'automatic_payment_methods');
    const named = nested(parameters, 'payment_method_types');
    const made = ids.made('pi');
    const intent: Intent = {
      ...made,
      ...chargeable(text(parameters, 'amount'), text(parameters, 'currency')),
      captureMethod: captureMethod(text(parameters, 'capture_method')),
      metadata: texts(parameters, 'metadata'),
      clientSecret: `${made.id}_secret_${ids.next('s')}`,
      // Without either, as with `enabled`: methods of the Dashboard, which may redirect (API versions since 2023-08-16).
      allowsRedirects: Object.keys(named).length === 0 && text(automatic, 'allow_redirects') !== 'never',
      status: 'requires_payment_method',
      method: null,
      returnUrl: null,
      usesSdk: false,
      lastError: null,
      charge: null,
      canceledAt: null,
      cancellationReason: null,
    };
    this.#all.set(intent.id, intent);
    events.emit('payment_intent.created', this.inJson(intent));
    return text(parameters, 'confirm') === 'true' ? this.confirm(intent, parameters) : intent;
  }

  confirm(intent: Intent, parameters: Parameters): Intent {
    const isOpen = ['requires_payment_method', 'requires_confirmation', 'requires_action'].includes(intent.status);
    if (!isOpen) throw this.#unexpected(intent, 'confirm');
    const { method, returnUrl } = this.#given(intent, parameters);
    if (intent.allowsRedirects && returnUrl === null) {
      throw invalidParameter(
        'This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment ' +
          'methods might redirect your customer off of your page, you must provide a `return_url`.',
        { param: 'return_url' },
      );
    }
    if (intent.captureMethod === 'manual' && method.behaviour.type !== 'card') {
      const message = `The payment method type ${method.behaviour.type} does not support manual capture.`;
      throw invalidParameter(message, { code: 'payment_method_unexpected_state', param: 'payment_method' });
    }
    Object.assign(intent, {
      method,
      returnUrl,
      usesSdk: text(parameters, 'use_stripe_sdk') === 'true',
      lastError: null,
    });
    if (!method.behaviour.asksBuyer) return this.#charge(intent, method, { isDeclineThrown: true });
    intent.status = 'requires_action';
    this.#tell(intent, 'payment_intent.requires_action');
    return intent;
  }

  /** What the buyer answered the bank. A decline after it is told by an event only: no request is waiting for it. */
  authenticate(intent: Intent, isApproved: boolean): Intent {
    if (intent.status !== 'requires_action' || intent.method === null) throw this.#unexpected(intent, 'authenticate');
    if (isApproved) return this.#charge(intent, intent.method, { isDeclineThrown: false });
    return this.#fail(intent, {
      code: 'payment_intent_authentication_failure',
      decline_code: '',
      message: 'The provided PaymentMethod has failed authentication.',
    });
  }

  /** Ends the days that a bank account's payment takes. */
  settle(intent: Intent): Intent {
    const { charge, method } = intent;
    if (intent.status !== 'processing' || charge === null || method === null) throw this.#unexpected(intent, 'settle');
    if (method.behaviour.decline !== null) {
      charge.status = 'failed';
      return this.#fail(intent, method.behaviour.decline);
    }
    charge.status = 'succeeded';
    return this.#succeed(intent, charge, intent.amount);
  }

  /** Takes a part, too; the rest is released (https://docs.stripe.com/payments/place-a-hold-on-a-payment-method). */
  capture(intent: Intent, parameters: Parameters): Intent {
    const { charge } = intent;
    if (intent.status !== 'requires_capture' || charge === null) throw this.#unexpected(intent, 'capture');
    const asked = text(parameters, 'amount_to_capture');
    const amount = asked === null ? intent.amount : whole(asked);
    if (amount > intent.amount) {
      const code = 'amount_too_large';
      throw invalidParameter('The amount to capture is greater than the amount.', { code, param: 'amount_to_capture' });
    }
    this.#of.events.emit('charge.captured', chargeInJson(charge, intent));
    return this.#succeed(intent, charge, amount);
  }

  /**
   * What is authorized is released, which Stripe shows as a refund of the charge that nobody captured
   * (https://docs.stripe.com/api/payment_intents/cancel: "the remaining `amount_capturable` is automatically refunded").
   */
  cancel(intent: Intent, reason: string | null): Intent {
    const isOpen = !['processing', 'succeeded', 'canceled'].includes(intent.status);
    if (!isOpen) throw this.#unexpected(intent, 'cancel');
    if (intent.status === 'requires_capture' && intent.charge !== null) {
      intent.charge.amountRefunded = intent.charge.amount;
      this.#of.events.emit('charge.refunded', chargeInJson(intent.charge, intent));
    }
    intent.status = 'canceled';
    intent.canceledAt = Math.floor(Date.now() / 1000);
    intent.cancellationReason = reason;
    this.#tell(intent, 'payment_intent.canceled');
    return intent;
  }

  inJson(intent: Intent) {
    return intentInJson(intent, this.#of.bankUrl());
  }

  #given(intent: Intent, parameters: Parameters) {
    const token = text(parameters, 'confirmation_token');
    const id = text(parameters, 'payment_method');
    const returnUrl = text(parameters, 'return_url');
    if (token !== null) {
      const given = this.#of.methods.takeToken(token, intent.id);
      return { method: given.method, returnUrl: returnUrl ?? given.returnUrl };
    }
    if (id !== null) return { method: this.#of.methods.take(id), returnUrl };
    throw unexpectedState(
      "You cannot confirm this PaymentIntent because it's missing a payment method.",
      this.inJson(intent),
    );
  }

  #charge(intent: Intent, method: PaymentMethod, { isDeclineThrown }: { readonly isDeclineThrown: boolean }): Intent {
    const { decline, type } = method.behaviour;
    const charge = this.#newCharge(intent, method, type === 'us_bank_account' ? null : decline);
    intent.charge = charge;
    if (type === 'us_bank_account') {
      charge.status = 'pending';
      intent.status = 'processing';
      this.#tell(intent, 'payment_intent.processing');
      return intent;
    }
    if (decline !== null) {
      this.#of.events.emit('charge.failed', chargeInJson(charge, intent));
      this.#fail(intent, decline);
      if (!isDeclineThrown) return intent;
      // https://docs.stripe.com/api/errors: the PaymentIntent comes with the error.
      const answer = { ...decline, charge: charge.id, payment_intent: this.inJson(intent) };
      throw new StripeFault(402, { type: 'card_error', ...answer });
    }
    this.#of.events.emit('charge.succeeded', chargeInJson(charge, intent));
    if (intent.captureMethod === 'automatic') return this.#succeed(intent, charge, intent.amount);
    intent.status = 'requires_capture';
    this.#tell(intent, 'payment_intent.amount_capturable_updated');
    return intent;
  }

  #newCharge({ amount }: Intent, method: PaymentMethod, failure: Decline | null): Charge {
    return {
      ...this.#of.ids.made('ch'),
      amount,
      method,
      failure,
      status: failure === null ? 'succeeded' : 'failed',
      captured: false,
      amountCaptured: 0,
      amountRefunded: 0,
      disputed: false,
    };
  }

  #succeed(intent: Intent, charge: Charge, amount: number): Intent {
    charge.captured = true;
    charge.amountCaptured = amount;
    charge.amountRefunded = charge.amount - amount;
    intent.status = 'succeeded';
    this.#tell(intent, 'payment_intent.succeeded');
    return intent;
  }

  #fail(intent: Intent, decline: Decline): Intent {
    intent.status = 'requires_payment_method';
    intent.lastError = decline;
    this.#tell(intent, 'payment_intent.payment_failed');
    return intent;
  }

  #tell(intent: Intent, type: string): void {
    this.#of.events.emit(type, this.inJson(intent));
  }

  #unexpected(intent: Intent, verb: string): StripeFault {
    const message = `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`;
    return unexpectedState(message, this.inJson(intent));
  }
}

function captureMethod(given: string | null): 'automatic' | 'manual' {
  if (given === 'manual') return 'manual';
  if (given === null || given === 'automatic' || given === 'automatic_async') return 'automatic';
  throw invalidParameter(`Invalid capture_method: ${given}`, { param: 'capture_method' });
}
