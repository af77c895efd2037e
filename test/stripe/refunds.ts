import { chargeInJson } from './charges.ts';
import { whole } from './currencies.ts';
import { invalidParameter, StripeFault } from './errors.ts';
import type { Events } from './events.ts';
import { type Parameters, text, texts } from './form.ts';
import type { Ids } from './ids.ts';
import type { Intent } from './intent.ts';
import type { PaymentIntents } from './payment-intents.ts';

export interface Refund {
  readonly id: string;
  readonly order: number;
  readonly created: number;
  readonly intent: Intent;
  readonly amount: number;
  readonly metadata: Readonly<Record<string, string>>;
  status: 'succeeded' | 'pending' | 'failed';
}

/** The refunds of an account (https://docs.stripe.com/refunds). */
export class Refunds {
  readonly #ids: Ids;
  readonly #events: Events;
  readonly #intents: PaymentIntents;
  readonly #all = new Map<string, Refund>();

  constructor({ ids, events, intents }: { ids: Ids; events: Events; intents: PaymentIntents }) {
    this.#ids = ids;
    this.#events = events;
    this.#intents = intents;
  }

  all(): readonly Refund[] {
    return [...this.#all.values()];
  }

  create(parameters: Parameters): Refund {
    const intent = this.#intents.find(text(parameters, 'payment_intent') ?? '', 'payment_intent');
    const charge = intent.charge;
    if (intent.status !== 'succeeded' || charge === null) {
      const message = `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`;
      throw invalidParameter(message, { param: 'payment_intent' });
    }
    const left = charge.amount - charge.amountRefunded;
    const asked = text(parameters, 'amount');
    const amount = asked === null ? left : whole(asked);
    if (left === 0) throw refused('charge_already_refunded', `Charge ${charge.id} has already been refunded.`);
    if (charge.disputed)
      throw refused('charge_disputed', `Charge ${charge.id} has been charged back; cannot issue a refund.`);
    if (amount > left) {
      const message = `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`;
      throw invalidParameter(message, { param: 'amount' });
    }
    const status = charge.method.behaviour.refund === 'succeeds' ? 'succeeded' : 'pending';
    const refund: Refund = { ...this.#ids.made('re'), intent, amount, metadata: texts(parameters, 'metadata'), status };
    this.#all.set(refund.id, refund);
    charge.amountRefunded += amount;
    this.#events.emit('refund.created', this.inJson(refund));
    this.#events.emit('charge.refunded', chargeInJson(charge, intent));
    return refund;
  }

  /** Ends the days that a pending refund takes. A refund that fails gives the money back to the account. */
  settle(refund: Refund): void {
    const { charge } = refund.intent;
    if (refund.status !== 'pending' || charge === null) throw new Error(`the refund is ${refund.status}`);
    const isFailed = charge.method.behaviour.refund === 'fails';
    refund.status = isFailed ? 'failed' : 'succeeded';
    if (isFailed) charge.amountRefunded -= refund.amount;
    this.#events.emit(isFailed ? 'refund.failed' : 'refund.updated', this.inJson(refund));
  }

  inJson({ id, created, intent, amount, metadata, status }: Refund) {
    return {
      id,
      object: 'refund',
      amount,
      charge: intent.charge?.id ?? null,
      created,
      currency: intent.currency,
      metadata,
      payment_intent: intent.id,
      status,
    };
  }
}

function refused(code: string, message: string): StripeFault {
  return new StripeFault(400, { type: 'invalid_request_error', code, message });
}
