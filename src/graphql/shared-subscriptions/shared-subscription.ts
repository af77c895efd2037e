import type { Payload } from './payload.ts';

/** Where one subscriber's messages go. */
export interface Outlet {
  /** Sends a `next` with the payload, a JSON text; calls back when it has left this process, or never will. */
  next(payload: string, onSent: () => void): void;
}

/** What changes, as payloads of one operation. */
export interface PayloadSource {
  /** All of it, at this moment. */
  current(): Payload;
  /** Returns how to stop. */
  subscribe(listener: (payload: Payload) => void): () => void;
}

export interface SharedSubscriptionOptions {
  readonly source: PayloadSource;
  /** Of the message that a subscriber is told first. */
  readonly firstSequence: () => number;
  /** Shortest time between two messages to one subscriber. */
  readonly everyMs: number;
  readonly monotonicNow: () => number;
}

/** One operation, executed once for all who sent it. */
export class SharedSubscription implements Disposable {
  readonly #options: SharedSubscriptionOptions;
  readonly #subscribers = new Set<Subscriber>();
  readonly #stop: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SharedSubscriptionOptions) {
    this.#options = options;
    this.#stop = options.source.subscribe((payload) => {
      for (const subscriber of this.#subscribers) this.#tell(subscriber, payload);
    });
  }

  get isUsed(): boolean {
    return this.#subscribers.size > 0;
  }

  /** Tells the outlet everything, and then what changes. Returns how to stop. */
  join(outlet: Outlet): () => void {
    const subscriber = new Subscriber(outlet, this.#options.firstSequence());
    this.#subscribers.add(subscriber);
    this.#tell(subscriber, this.#options.source.current());
    return () => this.#subscribers.delete(subscriber);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#stop();
    this.#subscribers.clear();
  }

  /** A subscriber that cannot take it now is told everything when it can, which is all that is remembered of it. */
  #tell(subscriber: Subscriber, payload: Payload): void {
    const now = this.#options.monotonicNow();
    if (subscriber.isSending || now < subscriber.notBefore) {
      subscriber.isBehind = true;
      if (!subscriber.isSending) this.#catchUpIn(subscriber.notBefore - now);
      return;
    }
    subscriber.notBefore = now + this.#options.everyMs;
    subscriber.send(payload, () => this.#catchUp(subscriber));
  }

  #catchUp(subscriber: Subscriber): void {
    if (!subscriber.isBehind || subscriber.isSending || !this.#subscribers.has(subscriber)) return;
    subscriber.isBehind = false;
    this.#tell(subscriber, this.#options.source.current());
  }

  #catchUpIn(waitMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const subscriber of this.#subscribers) this.#catchUp(subscriber);
    }, Math.ceil(waitMs));
  }
}

class Subscriber {
  isSending = false;
  /** What it was told last is no longer all there is. */
  isBehind = false;
  notBefore = Number.NEGATIVE_INFINITY;
  readonly #outlet: Outlet;
  #sequence: number;
  #told: Payload | undefined;

  constructor(outlet: Outlet, firstSequence: number) {
    this.#outlet = outlet;
    this.#sequence = firstSequence;
  }

  send(payload: Payload, onSent: () => void): void {
    if (payload === this.#told) return;
    this.#told = payload;
    this.isSending = true;
    this.#outlet.next(payload.text(this.#sequence), () => {
      this.isSending = false;
      onSent();
    });
    this.#sequence += 1;
  }
}
