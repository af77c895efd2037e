import type { Logger } from 'pino';
import type { LoggedChange } from '../domain/change.ts';
import { parseChange } from '../store/change-format.ts';
import type { Telemetry } from '../telemetry/happenings.ts';
import type { ChangeListener, ChangeNews } from './change-news.ts';
import type { HeadWatch, Watching } from './head-watch.ts';

/** How long a missing change is awaited, because changes of two writes or two nodes may arrive in the wrong order. */
const OUT_OF_ORDER_MS = 50;

/** Changes in one read of the log. */
const READ_AT_ONCE = 500;

/** A feed that is further behind loads the event again, which is cheaper. */
const MAX_BEHIND = 1_000;

/** Changes that are buffered until those before them arrive. */
const MAX_AHEAD = 1_000;

/** Pauses between attempts while the store does not answer. */
const RETRY_MS = { first: 250, longest: 5_000 };

/** An event at one revision. */
export interface AtRevision {
  readonly revision: number;
}

export interface EventFeedSettings<State extends AtRevision> {
  readonly news: Pick<ChangeNews, 'subscribe'>;
  readonly heads: HeadWatch;
  /** The stored event and its revision, from one snapshot; null when there is none. */
  readonly load: (eventId: string) => Promise<State | null>;
  /** The changes after a revision, in order, as far as they are still stored; at most `limit`. */
  readonly readChanges: (
    eventId: string,
    part: { readonly after: number; readonly limit: number },
  ) => Promise<readonly LoggedChange[]>;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
}

/** Receives the changes of an event. */
export interface FeedListener<State> {
  /** The next change. Called once for each revision, in order. */
  onChange(change: LoggedChange): void;
  /** The event was loaded again, because it is not known what has changed. */
  onReset(state: State): void;
}

/**
 * Follows one event (DESIGN §4): loads it at a revision, and then gives every change after it once and in order. Changes come from this
 * node's own commits or as messages; those that are missing or unreadable are read from the log.
 */
export class EventFeed<State extends AtRevision> implements ChangeListener, Watching, AsyncDisposable {
  readonly eventId: string;
  readonly #settings: EventFeedSettings<State>;
  #listener: FeedListener<State> | undefined;
  #revision = 0;
  /** The newest revision that is known to exist. */
  #newest = 0;
  /** Buffered changes, by revision. */
  readonly #ahead = new Map<number, LoggedChange>();
  /** Number of times that changes may have been missed. The next look at the store settles those before it. */
  #doubts = 0;
  #doubtsAtLook = 0;
  #revisionAtLook = 0;
  #reading: Promise<void> | undefined;
  #mustReload = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #stops: (() => void | PromiseLike<void>)[] = [];
  #disposed = false;

  private constructor(eventId: string, settings: EventFeedSettings<State>) {
    this.eventId = eventId;
    this.#settings = settings;
  }

  /** Null when there is no such event. Rejects when the store cannot be read. `follow` must be called next. */
  static async open<State extends AtRevision>(
    eventId: string,
    settings: EventFeedSettings<State>,
  ): Promise<{ readonly feed: EventFeed<State>; readonly state: State } | null> {
    const feed = new EventFeed<State>(eventId, settings);
    try {
      const state = await feed.#open();
      if (state !== null) return { feed, state };
    } catch (error) {
      await feed[Symbol.asyncDispose]();
      throw error;
    }
    await feed[Symbol.asyncDispose]();
    return null;
  }

  /** Gives the changes after the loaded state to the listener. To be called once. */
  follow(listener: FeedListener<State>): void {
    this.#listener = listener;
    this.#stops.push(this.#settings.heads.add(this));
    this.#advance();
  }

  /** Of the last change that the listener got. */
  get revision(): number {
    return this.#revision;
  }

  /** True when the listener has every change that is known, and none may have been missed. */
  get isUpToDate(): boolean {
    return this.#revision >= this.#newest && this.#doubts === 0 && !this.#mustReload;
  }

  get isInDoubt(): boolean {
    return this.#doubts > 0;
  }

  onChange(change: LoggedChange): void {
    if (change.revision <= this.#revision) return;
    this.#newest = Math.max(this.#newest, change.revision);
    if (this.#ahead.size < MAX_AHEAD) this.#ahead.set(change.revision, change);
    this.#advance();
  }

  onRevision(revision: number): void {
    this.#newest = Math.max(this.#newest, revision);
    this.#advance();
  }

  onGap(): void {
    this.doubt();
  }

  /** Changes may have been missed: the store is asked soon. */
  doubt(): void {
    this.#doubts += 1;
    this.#settings.heads.reschedule();
  }

  startLook(): void {
    this.#doubtsAtLook = this.#doubts;
    this.#revisionAtLook = this.#revision;
  }

  onHead(revision: number | null): void {
    this.#doubts -= this.#doubtsAtLook;
    this.#doubtsAtLook = 0;
    if (revision === null) return;
    // The store has lost writes, as may happen in a failover.
    if (revision < this.#revisionAtLook) this.reload();
    else this.onRevision(revision);
  }

  /** Loads the event again from the store. */
  reload(): void {
    this.#mustReload = true;
    this.#catchUp();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#giveUpWaiting();
    for (const stop of this.#stops.splice(0)) await stop();
    await this.#reading;
  }

  /** Subscribes before it loads, so that no change in between is missed. */
  async #open(): Promise<State | null> {
    const subscription = await this.#settings.news.subscribe(this.eventId, this);
    this.#stops.push(() => subscription[Symbol.asyncDispose]());
    const state = await this.#settings.load(this.eventId);
    if (state !== null) this.#startAt(state.revision);
    return state;
  }

  #startAt(revision: number): void {
    this.#revision = revision;
    this.#newest = Math.max(this.#newest, revision);
    for (const known of this.#ahead.keys()) if (known <= revision) this.#ahead.delete(known);
  }

  /** Gives the listener the next changes as far as they are there, and fetches those that are missing. */
  #advance(): void {
    if (this.#listener === undefined || this.#mustReload) return;
    let next = this.#ahead.get(this.#revision + 1);
    while (next !== undefined) {
      this.#ahead.delete(next.revision);
      this.#revision = next.revision;
      this.#listener.onChange(next);
      next = this.#ahead.get(this.#revision + 1);
    }
    if (this.#revision >= this.#newest) this.#giveUpWaiting();
    else this.#catchUpIn(this.#ahead.size > 0 ? OUT_OF_ORDER_MS : 0);
  }

  /** Does not postpone a catch-up that is already scheduled. */
  #catchUpIn(leastMs: number): void {
    if (this.#disposed || this.#timer !== undefined) return;
    const { first, longest } = RETRY_MS;
    const retryMs = this.#failures === 0 ? 0 : Math.min(first * 2 ** (this.#failures - 1), longest);
    const waitMs = Math.max(leastMs, retryMs);
    if (waitMs === 0) this.#catchUp();
    else this.#timer = setTimeout(() => this.#catchUp(), waitMs);
  }

  /** Does nothing while a read is in flight: when it ends, what is still missing is fetched. */
  #catchUp(): void {
    this.#giveUpWaiting();
    if (this.#disposed || this.#reading !== undefined) return;
    this.#reading = this.#read();
  }

  #giveUpWaiting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #read(): Promise<void> {
    try {
      if (this.#mustReload || this.#newest - this.#revision > MAX_BEHIND) await this.#loadAgain();
      else await this.#readLog();
      this.#failures = 0;
    } catch (err) {
      this.#failures += 1;
      this.#settings.logger.warn(
        { err, eventId: this.eventId },
        'changes of an event could not be read from the store',
      );
    }
    this.#reading = undefined;
    if (this.#mustReload) this.#catchUpIn(0);
    else this.#advance();
  }

  async #readLog(): Promise<void> {
    this.#settings.telemetry.emit('feed:read', this.eventId, 'log');
    const wanted = this.#newest;
    const changes = await this.#settings.readChanges(this.eventId, { after: this.#revision, limit: READ_AT_ONCE });
    for (const { revision, atMs, change } of changes) {
      const known = parseChange(change);
      if (revision > this.#revision && known !== undefined)
        this.#ahead.set(revision, { revision, atMs, change: known });
    }
    // The next change was removed long ago, or has a version that this node cannot read, or the store has lost it.
    if (!this.#ahead.has(this.#revision + 1) && this.#revision < wanted) this.#mustReload = true;
  }

  async #loadAgain(): Promise<void> {
    this.#settings.telemetry.emit('feed:read', this.eventId, 'event');
    this.#mustReload = true;
    // Buffered changes may be ones that the store has lost.
    this.#ahead.clear();
    this.#newest = 0;
    this.#revision = 0;
    const state = await this.#settings.load(this.eventId);
    if (state === null) throw new Error('the event is gone from the store');
    this.#mustReload = false;
    this.#startAt(state.revision);
    this.#listener?.onReset(state);
  }
}
