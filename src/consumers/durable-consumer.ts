import { bulkhead } from 'cockatiel';
import { type ConsumerStart, findDueEvents, registerConsumer } from '../store/consumer-cursors.ts';
import { EventWorker, type EventWorkerSettings } from './event-worker.ts';

type Tunable = 'batch' | 'leaseMs' | 'handleWithinMs' | 'endWithinMs' | 'retry';

export interface DurableConsumerSettings
  extends Omit<EventWorkerSettings, Tunable>,
    Partial<Pick<EventWorkerSettings, Tunable>> {
  readonly start: ConsumerStart;
  /** Events at a time on one node. */
  readonly concurrency?: number;
  /** Between two looks for events, while nothing wakes it. */
  readonly pollMs?: number;
}

/** Events that may wait for their turn, beyond those that are worked at. */
const MAX_WAITING = 200;
/** Between two looks, however often it is woken. */
const MIN_PAUSE_MS = 100;
/** Looks that read nothing, as nothing was committed since the one before, are trusted for so long. */
const FULL_LOOK_EVERY_MS = 10_000;

/**
 * Has every change of every event handled: at least once, in the order of the event's revisions, by one node at a time. Any number of
 * nodes run the same consumer and share the events. How far it has come is in the store, and written after the work; no lock is held
 * meanwhile. An event at which the handler fails is put off, and keeps no other one waiting.
 */
export class DurableConsumer implements AsyncDisposable {
  readonly #settings: DurableConsumerSettings;
  readonly #worker: EventWorker;
  readonly #turns;
  /** Events whose turn has come or will. */
  readonly #pending = new Map<string, Promise<void>>();
  #registering: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isWoken = false;
  #isStopping = false;
  /** A look found more than there was room for. */
  #isMore = false;
  /** In which nothing was due, and until when that may be so. */
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
    this.#turns = bulkhead(settings.concurrency ?? 8, MAX_WAITING);
    this.wake();
  }

  /** Looks at once, for what was just committed. Without it, a poll finds out. */
  wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    if (this.#looking === undefined) this.#lookAfter(MIN_PAUSE_MS);
  }

  /** Handlers are told to come to an end, and waited for, but not for long; events are let go of at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    this.#worker.stop();
    await this.#looking;
    await Promise.all(this.#pending.values());
  }

  #lookAfter(waitMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isStopping) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, waitMs);
  }

  async #look(): Promise<void> {
    const { logger, consumer, pollMs = 1_000 } = this.#settings;
    this.#isWoken = false;
    try {
      await this.#register();
      await this.#beginTurns();
    } catch (err) {
      logger.warn({ err, consumer }, 'a consumer cannot look for changes');
    }
    this.#looking = undefined;
    // Spread, so that nodes started together do not look together.
    this.#lookAfter(this.#isWoken ? MIN_PAUSE_MS : pollMs * (0.75 + Math.random() / 2));
  }

  #register(): Promise<void> {
    const { database, consumer, start } = this.#settings;
    this.#registering ??= registerConsumer(database, consumer, start).catch((error: unknown) => {
      this.#registering = undefined;
      throw error;
    });
    return this.#registering;
  }

  async #beginTurns(): Promise<void> {
    const room = this.#turns.executionSlots + this.#turns.queueSlots;
    // Those that wait for their turn are found again.
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
    const turn = this.#turns
      .execute(() => this.#worker.turn(eventId))
      .catch((err: unknown) => {
        logger.warn({ err, consumer, eventId }, 'a consumer cannot reach its cursor of an event');
        return false;
      })
      .then((isMore) => {
        this.#pending.delete(eventId);
        if (isMore || (this.#isMore && this.#pending.size === 0)) this.wake();
      });
    this.#pending.set(eventId, turn);
  }
}
