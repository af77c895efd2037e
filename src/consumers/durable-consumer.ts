import { bulkhead } from 'cockatiel';
import { type ConsumerStart, findDueEvents, registerConsumer } from '../store/consumer-cursors.ts';
import { EventWorker, type EventWorkerSettings } from './event-worker.ts';

type Tunable = 'batch' | 'leaseMs' | 'handleWithinMs' | 'endWithinMs' | 'retry';

export interface DurableConsumerSettings
  extends Omit<EventWorkerSettings, Tunable>,
    Partial<Pick<EventWorkerSettings, Tunable>> {
  readonly start: ConsumerStart;
  /** Events that one node works on at once. */
  readonly concurrency?: number;
  /** Interval of polls, while nothing wakes it. */
  readonly pollMs?: number;
}

/** Events that may wait for a free slot. */
const MAX_WAITING = 200;
/** Shortest pause between two polls, however often it is woken. */
const MIN_PAUSE_MS = 100;
/** How long polls may be skipped over because nothing was committed since the last one. */
const FULL_LOOK_EVERY_MS = 10_000;

/**
 * Handles every change of every event at least once, in the order of the event's revisions, on one node at a time. Any number of nodes
 * run the same consumer and share the events. The cursor is in the store, and is moved after the work; no lock is held meanwhile. An event
 * whose handler fails is postponed, and does not delay others.
 */
export class DurableConsumer implements AsyncDisposable {
  readonly #settings: DurableConsumerSettings;
  readonly #worker: EventWorker;
  readonly #bulkhead;
  /** Events in work, or waiting for a free slot. */
  readonly #pending = new Map<string, Promise<void>>();
  #registering: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  #isWoken = false;
  #isStopping = false;
  /** The last poll found more events than there was room for. */
  #isMore = false;
  /** The store's snapshot at which nothing was due, and until when that holds. */
  #quiet = { snapshot: '', untilMs: 0 };

  constructor(settings: DurableConsumerSettings) {
    this.#settings = settings;
    this.#worker = new EventWorker({
      batch: 100,
      leaseMs: 5_000,
      handleWithinMs: 60_000,
      endWithinMs: 3_000,
      retry: { firstMs: 1_000, longestMs: 300_000 },
      ...settings,
    });
    this.#bulkhead = bulkhead(settings.concurrency ?? 8, MAX_WAITING);
    this.wake();
  }

  /** Polls at once, because something was just committed. Without it, the next poll finds it. */
  wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    if (this.#polling === undefined) this.#pollAfter(MIN_PAUSE_MS);
  }

  /** Aborts handlers and waits for them, but not for long. Leases are released at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    this.#worker.stop();
    await this.#polling;
    await Promise.all(this.#pending.values());
  }

  #pollAfter(waitMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopping) return;
    this.#timer = setTimeout(() => {
      this.#polling = this.#poll();
    }, waitMs);
  }

  async #poll(): Promise<void> {
    const { logger, consumer, pollMs = 1_000 } = this.#settings;
    this.#isWoken = false;
    try {
      await this.#register();
      await this.#startDueEvents();
    } catch (err) {
      logger.warn({ err, consumer }, 'a consumer cannot look for changes');
    }
    this.#polling = undefined;
    // With jitter, so that nodes that were started together do not poll together.
    this.#pollAfter(this.#isWoken ? MIN_PAUSE_MS : pollMs * (0.75 + Math.random() / 2));
  }

  #register(): Promise<void> {
    const { database, consumer, start } = this.#settings;
    this.#registering ??= registerConsumer(database, consumer, start).catch((error: unknown) => {
      this.#registering = undefined;
      throw error;
    });
    return this.#registering;
  }

  async #startDueEvents(): Promise<void> {
    const room = this.#bulkhead.executionSlots + this.#bulkhead.queueSlots;
    // Events that wait for a slot are found again.
    const limit = room + this.#pending.size;
    const found = room === 0 ? [] : await this.#findDue(limit);
    this.#isMore = found.length === limit;
    const isNew = (eventId: string) => !this.#pending.has(eventId);
    for (const eventId of found.filter(isNew).slice(0, room)) this.#begin(eventId);
  }

  async #findDue(limit: number): Promise<readonly string[]> {
    const { database, consumer } = this.#settings;
    const nowMs = performance.now();
    const since = nowMs < this.#quiet.untilMs ? this.#quiet.snapshot : null;
    const { eventIds, nextInMs, snapshot } = await findDueEvents(database.mapReads, consumer, { limit, since });
    if (snapshot !== since) {
      const quietForMs = eventIds.length > 0 ? 0 : Math.min(nextInMs ?? FULL_LOOK_EVERY_MS, FULL_LOOK_EVERY_MS);
      this.#quiet = { snapshot, untilMs: nowMs + quietForMs };
    }
    return eventIds;
  }

  #begin(eventId: string): void {
    const { logger, consumer } = this.#settings;
    const working = this.#bulkhead
      .execute(() => this.#worker.work(eventId))
      .catch((err: unknown) => {
        logger.warn({ err, consumer, eventId }, 'a consumer cannot reach its cursor of an event');
        return false;
      })
      .then((isMore) => {
        this.#pending.delete(eventId);
        if (isMore || (this.#isMore && this.#pending.size === 0)) this.wake();
      });
    this.#pending.set(eventId, working);
  }
}
