import type { WorkBudget } from '../work-budget.ts';

/** A message for subscribers, which is executed when the first of them can take it. */
export class Update {
  /** Identifies the state that it leads to. Two updates with the same version lead to the same state. */
  readonly version: number;
  /** The event's revision that it leads to; null if it has none. */
  readonly revision: number | null;
  readonly #execute: () => object;
  readonly #keptMs: number | undefined;
  #payload: Buffer | undefined;

  /** @param keptMs how long the payload is kept for later subscribers; undefined if the owner soon drops the update */
  constructor(place: { version: number; revision?: number }, execute: () => object, keptMs?: number) {
    this.version = place.version;
    this.revision = place.revision ?? null;
    this.#execute = execute;
    this.#keptMs = keptMs;
  }

  /** Whether it was executed. */
  get isMade(): boolean {
    return this.#payload !== undefined;
  }

  /** The result as JSON in UTF-8. Shared by all subscribers, and not to be modified. */
  payload(): Buffer {
    if (this.#payload !== undefined) return this.#payload;
    this.#payload = Buffer.from(JSON.stringify(this.#execute()));
    if (this.#keptMs !== undefined) setTimeout(() => this.#forget(), this.#keptMs).unref();
    return this.#payload;
  }

  #forget(): void {
    this.#payload = undefined;
  }
}

/** Where one subscriber's messages go. */
export interface SubscriberSink {
  /** False while the client has too much unread. */
  readonly isWritable: boolean;
  /** Calls back once, as soon as it is writable again or closed. Returns how to stop waiting. */
  onWritable(callback: () => void): () => void;
  /** Sends a `next` with the payload, a JSON text in UTF-8. */
  next(payload: Buffer): void;
  /** The network address of the client. */
  readonly address: string;
  /** The budget of that address, to which executions for the client are charged, in characters of the answers. */
  readonly work: WorkBudget;
}

/** The updates of one operation. */
export interface UpdateSource {
  /** The update from a subscriber's revision, or from nothing, to the current state. */
  current(since: number | null): Update;
  /** Returns how to stop. */
  subscribe(listener: (update: Update) => void): () => void;
  /** Whether a subscriber's revision is newer than the state here. */
  isAhead?(revision: number): boolean;
  /** Calls back once, when that revision is reached here, or when it takes too long. Returns how to stop waiting. */
  whenAt?(revision: number, callback: () => void): () => void;
}

export interface SharedSubscriptionOptions {
  readonly source: UpdateSource;
  /** Whether executions are charged to the subscribers' addresses. */
  readonly isBudgeted: boolean;
  /** Shortest time between two messages to one subscriber. */
  readonly everyMs: number;
  readonly monotonicNow: () => number;
}

/** Delay for subscribers whose last message is too recent. They are served in one batch, because there may be thousands. */
const EARLY_CHECK_MS = 50;

/** Cost of an execution besides its answer, in characters. */
const EXECUTION_WORK = 1_000;

/**
 * One operation, executed once for all subscribers that sent it, if any of them can take the answer. The first one whose address has
 * budget left is charged, and moves to the end of the list.
 */
export class SharedSubscription implements Disposable {
  readonly #options: SharedSubscriptionOptions;
  readonly #subscribers = new Set<Subscriber>();
  readonly #stop: () => void;
  #early: Subscriber[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SharedSubscriptionOptions) {
    this.#options = options;
    this.#stop = options.source.subscribe((update) => this.#deliver(this.#subscribers, update));
  }

  get isUsed(): boolean {
    return this.#subscribers.size > 0;
  }

  /** Sends the current state, or the difference since a revision, to the sink, and then changes, until the result is disposed of. */
  join(sink: SubscriberSink, since: number | null = null): Disposable {
    const { source } = this.#options;
    const subscriber = new Subscriber(sink, since, this.#subscribers);
    this.#subscribers.add(subscriber);
    if (since !== null && source.isAhead?.(since) === true) {
      this.#catchUpAfter(subscriber, (callback) => source.whenAt?.(since, callback) ?? (() => {}));
    } else {
      this.#catchUp(subscriber);
    }
    return subscriber;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#stop();
    this.#subscribers.clear();
  }

  /** Subscribers that cannot take the update now are only marked, and get the whole difference when they can. */
  #deliver(subscribers: Iterable<Subscriber>, update: Update): void {
    const { everyMs, monotonicNow } = this.#options;
    // The clock is read once for all subscribers, because there may be thousands.
    const now = everyMs > 0 ? monotonicNow() : 0;
    const overBudget: Subscriber[] = [];
    let charged: Subscriber | undefined;
    for (const subscriber of subscribers) {
      if (subscriber.isBehind) continue;
      const { sink } = subscriber;
      if (!sink.isWritable) this.#catchUpAfter(subscriber, (callback) => sink.onWritable(callback));
      else if (everyMs > 0 && now < subscriber.sentAtMs + everyMs) this.#catchUpSoon(subscriber);
      else if (this.#options.isBudgeted && !update.isMade && sink.work.isSpent) overBudget.push(subscriber);
      else {
        if (!update.isMade) charged = subscriber;
        this.#send(subscriber, update, now);
      }
    }
    for (const subscriber of overBudget) {
      if (update.isMade) this.#send(subscriber, update, now);
      else this.#catchUpAfter(subscriber, (callback) => subscriber.sink.work.onRefilled(callback));
    }
    if (charged !== undefined && this.#subscribers.delete(charged)) this.#subscribers.add(charged);
  }

  #send(subscriber: Subscriber, update: Update, now: number): void {
    const wasMade = update.isMade;
    subscriber.deliver(update, now);
    if (this.#options.isBudgeted && !wasMade && update.isMade) {
      subscriber.sink.work.charge(EXECUTION_WORK + update.payload().length);
    }
  }

  #catchUpAfter(subscriber: Subscriber, wait: (callback: () => void) => () => void): void {
    subscriber.isBehind = true;
    subscriber.stopWaiting = wait(() => this.#catchUp(subscriber));
  }

  #catchUp(subscriber: Subscriber): void {
    if (!this.#subscribers.has(subscriber)) return;
    subscriber.isBehind = false;
    this.#deliver([subscriber], this.#options.source.current(subscriber.revision));
  }

  #catchUpSoon(subscriber: Subscriber): void {
    subscriber.isBehind = true;
    this.#early.push(subscriber);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const waiting of this.#early.splice(0)) this.#catchUp(waiting);
    }, EARLY_CHECK_MS);
  }
}

const nothing = () => {};

class Subscriber implements Disposable {
  readonly sink: SubscriberSink;
  /** It has missed updates, and waits to catch up. */
  isBehind = false;
  stopWaiting: () => void = nothing;
  sentAtMs = Number.NEGATIVE_INFINITY;
  /** The revision that it has; null for none, or if the operation has no revisions. */
  revision: number | null;
  #sentVersion: number | undefined;
  readonly #others: Set<Subscriber>;

  /** @param others the subscribers that it belongs to until it is disposed of */
  constructor(sink: SubscriberSink, since: number | null, others: Set<Subscriber>) {
    this.sink = sink;
    this.revision = since;
    this.#others = others;
  }

  [Symbol.dispose](): void {
    this.stopWaiting();
    this.#others.delete(this);
  }

  deliver(update: Update, now: number): void {
    if (update.version === this.#sentVersion) return;
    this.sink.next(update.payload());
    this.revision = update.revision;
    this.#sentVersion = update.version;
    this.sentAtMs = now;
  }
}
