import type { Events } from './events.ts';
import type { Ids } from './ids.ts';
import type { Intent } from './intent.ts';

export interface Dispute {
  readonly id: string;
  readonly order: number;
  readonly created: number;
  readonly intent: Intent;
  status: 'needs_response' | 'won' | 'lost';
}

/** What buyers dispute with their banks (https://docs.stripe.com/disputes). */
export class Disputes {
  readonly #ids: Ids;
  readonly #events: Events;
  readonly #all: Dispute[] = [];

  constructor(ids: Ids, events: Events) {
    this.#ids = ids;
    this.#events = events;
  }

  all(): readonly Dispute[] {
    return this.#all;
  }

  open(intent: Intent): Dispute {
    if (intent.status !== 'succeeded' || intent.charge === null) throw new Error(`nothing was taken by ${intent.id}`);
    const dispute: Dispute = { ...this.#ids.made('du'), intent, status: 'needs_response' };
    this.#all.push(dispute);
    intent.charge.disputed = true;
    this.#events.emit('charge.dispute.created', this.inJson(dispute));
    return dispute;
  }

  /** `won` by the account. The charge stays marked as disputed either way. */
  close(dispute: Dispute, status: 'won' | 'lost'): void {
    dispute.status = status;
    this.#events.emit('charge.dispute.closed', this.inJson(dispute));
  }

  /** Without the PaymentIntent's metadata: a dispute has metadata of its own. */
  inJson({ id, created, intent, status }: Dispute) {
    return {
      id,
      object: 'dispute',
      amount: intent.amount,
      charge: intent.charge?.id ?? null,
      created,
      currency: intent.currency,
      livemode: false,
      metadata: {},
      payment_intent: intent.id,
      reason: 'fraudulent',
      status,
    };
  }
}
