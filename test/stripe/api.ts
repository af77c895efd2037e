import { chargeInJson } from './charges.ts';
import { Disputes } from './disputes.ts';
import { invalidParameter, missing } from './errors.ts';
import { Events, eventInJson, type StripeEvent } from './events.ts';
import { type Parameters, text, texts } from './form.ts';
import { Ids } from './ids.ts';
import type { Intent } from './intent.ts';
import { page } from './lists.ts';
import { PaymentIntents } from './payment-intents.ts';
import { PaymentMethods } from './payment-methods.ts';
import { Refunds } from './refunds.ts';

interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  answer(parameters: Parameters, id: string): object;
}

/** An account at Stripe: its objects, and the endpoints of API v1 that work on them. Synchronous, as one transaction each. */
export class StripeAccount {
  readonly events: Events;
  readonly methods: PaymentMethods;
  readonly intents: PaymentIntents;
  readonly refunds: Refunds;
  readonly disputes: Disputes;
  readonly #routes: readonly Route[];

  constructor({ listener, bankUrl }: { listener: (event: StripeEvent) => void; bankUrl: () => string }) {
    const ids = new Ids();
    this.events = new Events(ids, (event) => {
      listener(event);
      if (event.type === 'payment_intent.succeeded') this.#disputeAtOnce(event);
    });
    this.methods = new PaymentMethods(ids);
    this.intents = new PaymentIntents({ ids, methods: this.methods, events: this.events, bankUrl });
    this.refunds = new Refunds({ ids, events: this.events, intents: this.intents });
    this.disputes = new Disputes(ids, this.events);
    this.#routes = [...this.#intentRoutes(), ...this.#methodRoutes(), ...this.#otherRoutes()];
  }

  /** @throws StripeFault */
  answer(method: string, path: string, parameters: Parameters): object {
    for (const route of this.#routes) {
      const found = route.method === method ? route.path.exec(path) : null;
      if (found !== null) return route.answer(parameters, found[1] ?? '');
    }
    throw missing('endpoint', `${method} ${path}`);
  }

  #intentRoutes(): readonly Route[] {
    const { intents } = this;
    const shown = (intent: Intent, parameters: Parameters, prefix = '') =>
      this.#intentInJson(intent, parameters, prefix);
    const change = (verb: string, work: (intent: Intent, parameters: Parameters) => Intent): Route => ({
      method: 'POST',
      path: new RegExp(`^/v1/payment_intents/(\\w+)/${verb}$`),
      answer: (parameters, id) => shown(work(intents.find(id), parameters), parameters),
    });
    return [
      {
        method: 'POST',
        path: /^\/v1\/payment_intents$/,
        answer: (parameters) => shown(intents.create(parameters), parameters),
      },
      {
        method: 'GET',
        path: /^\/v1\/payment_intents$/,
        answer: (parameters) =>
          list('/v1/payment_intents', page(intents.all(), parameters), (each) => shown(each, parameters, 'data.')),
      },
      {
        method: 'GET',
        path: /^\/v1\/payment_intents\/(\w+)$/,
        answer: (parameters, id) => shown(intents.find(id), parameters),
      },
      change('confirm', (intent, parameters) => intents.confirm(intent, parameters)),
      change('capture', (intent, parameters) => intents.capture(intent, parameters)),
      change('cancel', (intent, parameters) => intents.cancel(intent, text(parameters, 'cancellation_reason'))),
    ];
  }

  #methodRoutes(): readonly Route[] {
    const { methods } = this;
    return [
      {
        method: 'POST',
        path: /^\/v1\/payment_methods$/,
        answer: (parameters) => {
          if (text(parameters, 'type') !== 'ideal')
            throw invalidParameter('Only iDEAL is made here.', { param: 'type' });
          const { id, created } = methods.createIdeal();
          return { id, object: 'payment_method', created, type: 'ideal', customer: null };
        },
      },
      {
        method: 'POST',
        path: /^\/v1\/test_helpers\/confirmation_tokens$/,
        answer: (parameters) => {
          const token = methods.createToken(text(parameters, 'payment_method') ?? '', text(parameters, 'return_url'));
          return { id: token.id, object: 'confirmation_token', created: token.created, return_url: token.returnUrl };
        },
      },
      {
        method: 'GET',
        path: /^\/v1\/confirmation_tokens\/(\w+)$/,
        answer: (_parameters, id) => {
          const { created, returnUrl, usedBy } = methods.findToken(id);
          return { id, object: 'confirmation_token', created, return_url: returnUrl, payment_intent: usedBy };
        },
      },
    ];
  }

  #otherRoutes(): readonly Route[] {
    const { refunds, disputes, events } = this;
    const ofIntent = <T extends { readonly intent: Intent }>(all: readonly T[], parameters: Parameters) => {
      const wanted = text(parameters, 'payment_intent');
      return all.filter(({ intent }) => wanted === null || intent.id === wanted);
    };
    return [
      {
        method: 'POST',
        path: /^\/v1\/refunds$/,
        answer: (parameters) => refunds.inJson(refunds.create(parameters)),
      },
      {
        method: 'GET',
        path: /^\/v1\/refunds$/,
        answer: (parameters) =>
          list('/v1/refunds', page(ofIntent(refunds.all(), parameters), parameters), (each) => refunds.inJson(each)),
      },
      {
        method: 'GET',
        path: /^\/v1\/disputes$/,
        answer: (parameters) =>
          list('/v1/disputes', page(ofIntent(disputes.all(), parameters), parameters), (each) => disputes.inJson(each)),
      },
      {
        method: 'GET',
        path: /^\/v1\/events$/,
        answer: (parameters) => list('/v1/events', page(events.all, parameters), eventInJson),
      },
    ];
  }

  #intentInJson(intent: Intent, parameters: Parameters, prefix: string) {
    const json = this.intents.inJson(intent);
    const isExpanded = Object.values(texts(parameters, 'expand')).includes(`${prefix}latest_charge`);
    if (!isExpanded || intent.charge === null) return json;
    return { ...json, latest_charge: chargeInJson(intent.charge, intent) };
  }

  /** `pm_card_createDispute` (https://docs.stripe.com/testing#disputes). */
  #disputeAtOnce({ object }: StripeEvent): void {
    if (typeof object !== 'object' || object === null || !('id' in object)) return;
    const intent = this.intents.find(String(object.id));
    if (intent.charge?.method.behaviour.disputes) this.disputes.open(intent);
  }
}

function list<T>(
  url: string,
  { data, has_more }: { data: readonly T[]; has_more: boolean },
  inJson: (each: T) => object,
) {
  return { object: 'list', url, has_more, data: data.map(inJson) };
}
