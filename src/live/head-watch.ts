import type { Logger } from 'pino';

/**
 * Interval at which the heads of all shown events are read. A lost change is noticed after this at the latest. A part of it is random, so
 * that nodes do not read together.
 */
export const HEADS_EVERY_MS = 5_000;

/** Interval while nodes cannot notify each other (DESIGN §11, DEGRADED). */
const DEGRADED_EVERY_MS = 1_000;

/** Time for which urgent requests are collected into one statement. */
const SOON_MS = 20;

/** Longest pause between attempts while the store does not answer. */
const MAX_RETRY_MS = 5_000;

/** Follows one event, and receives the newest revision of its log. */
export interface Watching {
  readonly eventId: string;
  /** Whether the head should be read soon. */
  readonly isInDoubt: boolean;
  /** The newest revision in the store, read after `startLook`; null when the event is gone. */
  onHead(revision: number | null): void;
  /** A read begins. Doubts that arise from now on are not settled by its answer. */
  startLook(): void;
}

export interface HeadWatchSettings {
  /** Reads the newest revision of each event that exists, in one statement. */
  readonly readRevisions: (eventIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** False while changes of other nodes are not received. */
  readonly isReachable: () => boolean;
  readonly monotonicNow: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

/** Periodically reads the heads of all followed events, in one statement, to notice missed changes. */
export class HeadWatch implements AsyncDisposable {
  readonly #settings: HeadWatchSettings;
  readonly #watching = new Set<Watching>();
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(settings: HeadWatchSettings) {
    this.#settings = settings;
  }

  /** Returns how to stop. */
  add(watching: Watching): () => void {
    this.#watching.add(watching);
    this.#schedule();
    return () => {
      this.#watching.delete(watching);
      if (this.#watching.size === 0) clearTimeout(this.#timer);
    };
  }

  /** To be called when a follower is in doubt, and when reachability has changed. */
  reschedule(): void {
    this.#schedule();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  /** Does nothing while a read is in flight: it schedules the next one when it ends. */
  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#disposed || this.#looking !== undefined || this.#watching.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, this.#waitMs());
  }

  #waitMs(): number {
    const { isReachable, random, monotonicNow } = this.#settings;
    if (this.#failures > 0) return Math.min(100 * 2 ** this.#failures, MAX_RETRY_MS) * (1 - random() / 4);
    if ([...this.#watching].some(({ isInDoubt }) => isInDoubt)) return SOON_MS;
    const everyMs = isReachable() ? HEADS_EVERY_MS * (1 - random() / 4) : DEGRADED_EVERY_MS;
    return Math.max(SOON_MS, this.#lookedAtMs + everyMs - monotonicNow());
  }

  /** If the store does not answer, the next read tries again. */
  async #look(): Promise<void> {
    const asked = [...this.#watching];
    for (const watching of asked) watching.startLook();
    this.#lookedAtMs = this.#settings.monotonicNow();
    try {
      const revisions = await this.#settings.readRevisions(asked.map(({ eventId }) => eventId));
      this.#failures = 0;
      for (const watching of asked) {
        if (this.#watching.has(watching)) watching.onHead(revisions.get(watching.eventId) ?? null);
      }
    } catch (err) {
      this.#failures += 1;
      this.#settings.logger.warn({ err }, 'the store could not be asked what is new of the events that are shown');
    }
    this.#looking = undefined;
    this.#schedule();
  }
}
