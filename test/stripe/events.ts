import type { Ids } from './ids.ts';

/** What happened, as Stripe tells of it (https://docs.stripe.com/api/events). */
export interface StripeEvent {
  readonly id: string;
  readonly order: number;
  readonly created: number;
  readonly type: string;
  /** As the object was at that moment. */
  readonly object: unknown;
}

/** Everything that happened, oldest first. */
export class Events {
  readonly all: StripeEvent[] = [];
  readonly #ids: Ids;
  readonly #listener: (event: StripeEvent) => void;

  constructor(ids: Ids, listener: (event: StripeEvent) => void) {
    this.#ids = ids;
    this.#listener = listener;
  }

  emit(type: string, object: unknown): void {
    const event = { ...this.#ids.made('evt'), type, object: structuredClone(object) };
    this.all.push(event);
    this.#listener(event);
  }
}

export function eventInJson({ id, created, type, object }: StripeEvent) {
  return {
    id,
    object: 'event',
    api_version: '2026-10-28.endive',
    created,
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  };
}
