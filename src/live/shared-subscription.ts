import type { WorkBudget } from '../work-budget.ts';

/** What subscribers are to be told, which is executed when the first of them can take it. */
export class Update {
  /** Another one for each state of what is told: two updates of one version lead to the same. */
  readonly version: number;
  /** That of the event which it leads to; null for what has none. */
  readonly revision: number | null;
  readonly #execute: () => object;
  readonly #keptMs: number | undefined;
  #payload: Buffer | undefined;

  /** @param keptMs how long it is kept for those who come later; undefined where the owner soon lets go of it */
  constructor(place: { version: number; revision?: number }, execute: () => object, keptMs?: number) {
    this.version = place.version;
    this.revision = place.revision ?? null;
    this.#execute = execute;
    this.#keptMs = keptMs;
  }

  /** Whether somebody had it executed. */
  get isMade(): boolean {
    return this.#payload !== undefined;
  }

  /** The result as JSON in UTF-8, not to be changed: the same for all. */
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
  /** False while the client has left so much unread that it is to be sent no more. */
  readonly isWritable: boolean;
  /** Calls back once: as soon as there is room again, or when there never will be. Returns how to give up waiting. */
  onWritable(callback: () => void): () => void;
  /** Sends a `next` with the payload, a JSON text in UTF-8. */
  next(payload: Buffer): void;
  /** The network address of the client. */
  readonly address: string;
  /** That address's, which what is executed for the client counts against: in characters of the answers. */
  readonly work: WorkBudget;
}

/** What changes, as updates of one operation. */
export interface UpdateSource {
  /** What leads to this moment from a revision that somebody has, or from nothing. */
  current(since: number | null): Update;
  /** Returns how to stop. */
  subscribe(listener: (update: Update) => void): () => void;
  /** Whether somebody has a revision that is still to be told here. */
  isAhead?(revision: number): boolean;
  /** Calls back once, when it was told, or will not be for long. Returns how to give up waiting. */
  whenAt?(revision: number, callback: () => void): () => void;
}

export interface SharedSubscriptionOptions {
  readonly source: UpdateSource;
  /** Whether what is executed counts against the budgets of the subscribers' addresses. */
  readonly isBudgeted: boolean;
  /** Shortest time between two messages to one subscriber. */
  readonly everyMs: number;
  readonly monotonicNow: () => number;
}

/** How often those are looked at for whom it was too early: so late may a message be, and so rarely are thousands gone through. */
const EARLY_CHECK_MS = 50;

/** What an execution costs apart from its answer, in characters. */
const EXECUTION_WORK = 1_000;

/**
 * One operation, executed once for all who sent it, if any of them can take the answer: the first whose address has budget left
 * is charged for it, and goes to the end of the line.
 */
export class SharedSubscription implements Disposable {
  readonly #options: SharedSubscriptionOptions;
  readonly #subscribers = new Set<Subscriber>();
  readonly #stop: () => void;
  #early: Subscriber[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SharedSubscriptionOptions) {
    this.#options = options;
    this.#stop = options.source.subscribe((update) => this.#tell(this.#subscribers, update));
  }

  get isUsed(): boolean {
    return this.#subscribers.size > 0;
  }

  /** Tells the sink what it has not got, if it says which revision it has, and then what changes. Returns how to stop. */
  join(sink: SubscriberSink, since: number | null = null): () => void {
    const { source } = this.#options;
    const subscriber = new Subscriber(sink, since);
    this.#subscribers.add(subscriber);
    if (since !== null && source.isAhead?.(since) === true) {
      this.#catchUpAfter(subscriber, (callback) => source.whenAt?.(since, callback) ?? (() => {}));
    } else {
      this.#catchUp(subscriber);
    }
    return () => {
      subscriber.giveUpWaiting();
      this.#subscribers.delete(subscriber);
    };
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#stop();
    this.#subscribers.clear();
  }

  /** Subscribers that cannot take it now are told everything when they can, which is all that is remembered of them. */
  #tell(subscribers: Iterable<Subscriber>, update: Update): void {
    const { everyMs, monotonicNow } = this.#options;
    // Asked for thousands, the time is not for free.
    const now = everyMs > 0 ? monotonicNow() : 0;
    const overBudget: Subscriber[] = [];
    let charged: Subscriber | undefined;
    for (const subscriber of subscribers) {
      if (subscriber.isBehind) continue;
      const { sink } = subscriber;
      if (!sink.isWritable) this.#catchUpAfter(subscriber, (callback) => sink.onWritable(callback));
      else if (everyMs > 0 && now < subscriber.toldAt + everyMs) this.#catchUpSoon(subscriber);
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
    subscriber.tell(update, now);
    if (this.#options.isBudgeted && !wasMade && update.isMade) {
      subscriber.sink.work.charge(EXECUTION_WORK + update.payload().length);
    }
  }

  #catchUpAfter(subscriber: Subscriber, wait: (callback: () => void) => () => void): void {
    subscriber.isBehind = true;
    subscriber.giveUpWaiting = wait(() => this.#catchUp(subscriber));
  }

  #catchUp(subscriber: Subscriber): void {
    if (!this.#subscribers.has(subscriber)) return;
    subscriber.isBehind = false;
    this.#tell([subscriber], this.#options.source.current(subscriber.revision));
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

class Subscriber {
  readonly sink: SubscriberSink;
  /** What it was told last is no longer all there is, and it waits to be told everything. */
  isBehind = false;
  giveUpWaiting: () => void = () => {};
  toldAt = Number.NEGATIVE_INFINITY;
  /** What it has; null for nothing, or what has no revisions. */
  revision: number | null;
  #toldVersion: number | undefined;

  constructor(sink: SubscriberSink, since: number | null) {
    this.sink = sink;
    this.revision = since;
  }

  tell(update: Update, now: number): void {
    if (update.version === this.#toldVersion) return;
    this.sink.next(update.payload());
    this.revision = update.revision;
    this.#toldVersion = update.version;
    this.toldAt = now;
  }
}
