import type { Logger } from 'pino';
import type { EventRecord } from '../domain/records.ts';
import { Listeners } from '../listeners.ts';

/** Until a store that did not answer is asked again. */
const RETRY_MS = 1_000;

/** The store's clock has passed a moment by then, however its answer was rounded. */
const AFTER_MS = 20;

/** `setTimeout` takes no more. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** An event's own row at a revision at which it had just been read. */
export interface KeptEventRow {
  readonly event: EventRecord;
  readonly revision: number;
}

/** What is known of an event's changes. */
interface FollowedEvent {
  readonly eventId: string;
  readonly revision: number;
  /** Another one when the event itself may have changed. */
  readonly eventVersion: number;
  /** Returns how to stop. */
  onEventChanged(listener: () => void): () => void;
}

export interface KeptEventSettings {
  readonly map: FollowedEvent;
  /** Null when there is no such event. */
  readonly read: (eventId: string) => Promise<EventRecord | null>;
  /** By the store's clock, in milliseconds since 1970. */
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/** The one owner of an event's own row on a node: read when its map is opened, and again when the log says that it has changed, or its sales end by themselves. */
export class KeptEvent implements Disposable {
  readonly #settings: KeptEventSettings;
  readonly #changed = new Listeners<void>();
  readonly #stop: () => void;
  #row: KeptEventRow;
  #isReading = false;
  #isStale = false;
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  /** Null when there is no such event. Rejects when the store cannot be read. */
  static async open(settings: KeptEventSettings): Promise<KeptEvent | null> {
    const { map, read } = settings;
    const { revision, eventVersion } = map;
    const event = await read(map.eventId);
    if (event === null) return null;
    const kept = new KeptEvent(settings, { event, revision });
    if (map.eventVersion !== eventVersion) kept.#readAgain();
    return kept;
  }

  private constructor(settings: KeptEventSettings, row: KeptEventRow) {
    this.#settings = settings;
    this.#row = row;
    this.#stop = settings.map.onEventChanged(() => this.#readAgain());
    this.#readWhenSalesEnd();
  }

  /** Another object when something of it has changed. */
  get row(): KeptEventRow {
    return this.#row;
  }

  /** Returns how to stop. */
  subscribe(listener: () => void): () => void {
    return this.#changed.add(listener);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#stop();
    clearTimeout(this.#timer);
  }

  #readAgain(): void {
    this.#isStale = true;
    if (this.#isReading || this.#disposed) return;
    this.#isReading = true;
    void this.#read().finally(() => {
      this.#isReading = false;
    });
  }

  async #read(): Promise<void> {
    const { map, read, logger } = this.#settings;
    clearTimeout(this.#timer);
    try {
      while (this.#isStale && !this.#disposed) {
        this.#isStale = false;
        const { revision } = map;
        const event = await read(map.eventId);
        if (event !== null) this.#keep({ event, revision });
      }
      this.#readWhenSalesEnd();
    } catch (err) {
      logger.warn({ err, eventId: map.eventId }, 'an event that has changed could not be read from the store');
      this.#readAgainIn(RETRY_MS);
    }
  }

  #keep(row: KeptEventRow): void {
    if (this.#disposed || JSON.stringify(row.event) === JSON.stringify(this.#row.event)) return;
    this.#row = row;
    this.#changed.tell();
  }

  #readWhenSalesEnd(): void {
    const { salesStatus, startsAtMs } = this.#row.event;
    if (salesStatus !== 'ON_SALE' && salesStatus !== 'PAUSED') return;
    this.#readAgainIn(startsAtMs - this.#settings.nowMs() + AFTER_MS);
  }

  #readAgainIn(waitMs: number): void {
    if (this.#disposed) return;
    this.#timer = setTimeout(() => this.#readAgain(), Math.min(Math.max(waitMs, AFTER_MS), LONGEST_WAIT_MS));
  }
}
