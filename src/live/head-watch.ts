import type { Logger } from 'pino';

/**
 * Between two looks at the heads of all events that are shown. What was lost on the way is known after this at the latest, whatever
 * was lost. Some of it varies, so that nodes spread over time.
 */
export const HEADS_EVERY_MS = 5_000;

/** While nodes cannot tell each other (DESIGN §11, DEGRADED). */
const DEGRADED_EVERY_MS = 1_000;

/** Whoever cannot wait is asked for together with others who cannot. */
const SOON_MS = 20;

/** Between tries while the store does not answer. */
const MAX_RETRY_MS = 5_000;

/** Follows one event, and is told how far its log has come. */
export interface Watching {
  readonly eventId: string;
  /** Whether the head should be looked at soon. */
  readonly isInDoubt: boolean;
  /** The newest revision in the store, as it was asked for after `startLook`; null when there is no such event any more. */
  onHead(revision: number | null): void;
  /** What is in doubt from now on, the answer that comes next says nothing about. */
  startLook(): void;
}

export interface HeadWatchSettings {
  /** The newest revision of each event that exists, in one statement. */
  readonly readRevisions: (eventIds: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** False while changes made elsewhere are not heard of. */
  readonly isReachable: () => boolean;
  readonly monotonicNow: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

/** Asks the store every now and then, in one statement for all events that are followed here, whether there is more of them than was heard. */
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

  /** Somebody is in doubt, or nodes can tell each other again, or no more. */
  reschedule(): void {
    this.#schedule();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  /** Nothing while a look is under way: what comes next is settled when it ends. */
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

  /** A store that does not answer now may do so the next time. */
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
