import type { EventChange, ReservationKey } from '../coordination/coordination.ts';

/** Reservations that end within this long go into one call. */
const GATHER_MS = 5;

/** Reservations in one call: of thousands that end at once the first are told of soon, and buyers get in between. */
const MAX_BATCH = 100;

/** Calls at a time. */
const MAX_CALLS = 4;

/** Ends those of the event's reservations that are truly overdue, and gives what that changed. */
export type Expire = (eventId: string, reservationIds: readonly string[]) => Promise<EventChange>;

export interface HousekeepingSettings {
  readonly expire: Expire;
  readonly onDone: (eventId: string, asked: readonly string[], change: EventChange) => void;
  readonly onFailed: (eventId: string, err: unknown) => void;
}

/** Writes to the store what has lapsed, in batches. What fails is dropped: whoever asked asks again. */
export class Housekeeping implements AsyncDisposable {
  readonly #settings: HousekeepingSettings;
  /** Reservations by event; never an empty set. */
  readonly #waiting = new Map<string, Set<string>>();
  readonly #calls = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(settings: HousekeepingSettings) {
    this.#settings = settings;
  }

  add({ eventId, reservationId }: ReservationKey): void {
    if (this.#disposed) return;
    const reservationIds = this.#waiting.get(eventId) ?? new Set();
    this.#waiting.set(eventId, reservationIds.add(reservationId));
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#callMore();
    }, GATHER_MS);
  }

  /** Calls under way are seen through; what waits is left to other nodes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#waiting.clear();
    await Promise.all(this.#calls);
  }

  #callMore(): void {
    for (const eventId of this.#waiting.keys()) {
      if (this.#calls.size >= MAX_CALLS) return;
      const call = this.#call(eventId, this.#takeBatch(eventId)).finally(() => {
        this.#calls.delete(call);
        this.#callMore();
      });
      this.#calls.add(call);
    }
  }

  async #call(eventId: string, reservationIds: readonly string[]): Promise<void> {
    try {
      const change = await this.#settings.expire(eventId, reservationIds);
      this.#settings.onDone(eventId, reservationIds, change);
    } catch (err) {
      this.#settings.onFailed(eventId, err);
    }
  }

  #takeBatch(eventId: string): string[] {
    const waiting = this.#waiting.get(eventId) ?? new Set();
    const batch = [...waiting].slice(0, MAX_BATCH);
    for (const reservationId of batch) waiting.delete(reservationId);
    if (waiting.size === 0) this.#waiting.delete(eventId);
    return batch;
  }
}
