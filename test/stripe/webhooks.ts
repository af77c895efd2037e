import { setTimeout as sleep } from 'node:timers/promises';
import { Stripe } from 'stripe';
import { eventInJson, type StripeEvent } from './events.ts';

export interface Delivery {
  readonly event: StripeEvent;
  /** What the endpoint answered; null if nothing. */
  readonly status: number | null;
}

export interface Endpoint {
  readonly url: string;
  /** Two during the 24 hours of a rotation: then there is a signature by each (https://docs.stripe.com/webhooks#roll-endpoint-secrets). */
  readonly secrets: readonly string[];
}

/** Repeated for up to three days (https://docs.stripe.com/webhooks#retries): here soon, and a bounded number of times. */
const RETRY_EVERY_MS = 100;
const MAX_ATTEMPTS = 50;

/** Deliveries of events to one endpoint. Order and number are never promised (https://docs.stripe.com/webhooks#event-ordering). */
export class Webhooks implements AsyncDisposable {
  endpoint: Endpoint | null = null;
  /** When the copies of an event are sent, in milliseconds from now: none of a lost one, two of a doubled one. */
  plan: (event: StripeEvent) => readonly number[] = () => [0];
  readonly deliveries: Delivery[] = [];
  readonly #stop = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  #held: StripeEvent[] | null = null;

  /** Keeps events back until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  /** Sends what was kept back one after the other, in the order that the caller gives it. */
  async release(reorder = (events: readonly StripeEvent[]) => events): Promise<void> {
    const held = this.#held ?? [];
    this.#held = null;
    for (const event of reorder(held)) await this.deliver(event);
  }

  send(event: StripeEvent): void {
    if (this.#held !== null) {
      this.#held.push(event);
      return;
    }
    if (this.endpoint === null) return;
    for (const afterMs of this.plan(event)) this.#begin(event, afterMs);
  }

  /** Resolves once the endpoint has taken the event. */
  async deliver(event: StripeEvent): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const status = await this.#attempt(event);
      this.deliveries.push({ event, status });
      if (status !== null && status >= 200 && status < 300) return;
      await sleep(RETRY_EVERY_MS, undefined, { signal: this.#stop.signal });
    }
  }

  /** The request as Stripe makes it, signed now or at another time. */
  signed(event: StripeEvent, { atMs = Date.now(), secrets = this.endpoint?.secrets ?? [] } = {}) {
    const payload = JSON.stringify(eventInJson(event), null, 2);
    const timestamp = Math.floor(atMs / 1000);
    const headers = secrets.map((secret) => Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp }));
    const signatures = headers.map((header) => header.slice(header.indexOf('v1=')));
    return { payload, signature: [`t=${timestamp}`, ...signatures].join(',') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#inFlight);
  }

  #begin(event: StripeEvent, afterMs: number): void {
    const sent = sleep(afterMs, undefined, { signal: this.#stop.signal })
      .then(() => this.deliver(event))
      // The double is closed.
      .catch(() => {})
      .finally(() => this.#inFlight.delete(sent));
    this.#inFlight.add(sent);
  }

  async #attempt(event: StripeEvent): Promise<number | null> {
    if (this.endpoint === null) return null;
    const { payload, signature } = this.signed(event);
    try {
      const headers = { 'content-type': 'application/json; charset=utf-8', 'stripe-signature': signature };
      const { signal } = this.#stop;
      const answer = await fetch(this.endpoint.url, { method: 'POST', headers, body: payload, signal });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return null;
    }
  }
}
