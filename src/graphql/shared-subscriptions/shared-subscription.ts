import type { Payload } from './payload.ts';

/** Where one subscriber's messages go. */
export interface Outlet {
  /** False while the client has left so much unread that it is to be sent no more. */
  readonly hasRoom: boolean;
  /** Calls back once: as soon as there is room again, or when there never will be. */
  onRoom(callback: () => void): void;
  /** Sends a `next` with the payload, a JSON text in UTF-8. */
  next(payload: Buffer): void;
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

/** How often those are looked at for whom it was too early: so late may a message be, and so rarely are thousands gone through. */
const EARLY_CHECK_MS = 50;

/** One operation, executed once for all who sent it. */
export class SharedSubscription implements Disposable {
  readonly #options: SharedSubscriptionOptions;
  readonly #subscribers = new Set<Subscriber>();
  readonly #stop: () => void;
  #early: Subscriber[] = [];
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
    if (subscriber.isBehind) return;
    const { everyMs, monotonicNow } = this.#options;
    // Asked for thousands, the time is not for free.
    const now = everyMs > 0 ? monotonicNow() : 0;
    if (!subscriber.outlet.hasRoom) {
      subscriber.isBehind = true;
      subscriber.outlet.onRoom(() => this.#catchUp(subscriber));
    } else if (everyMs > 0 && now < subscriber.toldAt + everyMs) {
      subscriber.isBehind = true;
      this.#catchUpSoon(subscriber);
    } else {
      subscriber.tell(payload, now);
    }
  }

  #catchUp(subscriber: Subscriber): void {
    if (!this.#subscribers.has(subscriber)) return;
    subscriber.isBehind = false;
    this.#tell(subscriber, this.#options.source.current());
  }

  #catchUpSoon(subscriber: Subscriber): void {
    this.#early.push(subscriber);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const waiting of this.#early.splice(0)) this.#catchUp(waiting);
    }, EARLY_CHECK_MS);
  }
}

class Subscriber {
  readonly outlet: Outlet;
  /** What it was told last is no longer all there is, and it waits to be told everything. */
  isBehind = false;
  toldAt = Number.NEGATIVE_INFINITY;
  #sequence: number;
  #told: Payload | undefined;

  constructor(outlet: Outlet, firstSequence: number) {
    this.outlet = outlet;
    this.#sequence = firstSequence;
  }

  tell(payload: Payload, now: number): void {
    if (payload === this.#told) return;
    this.outlet.next(payload.bytes(this.#sequence));
    this.#sequence += 1;
    this.#told = payload;
    this.toldAt = now;
  }
}
