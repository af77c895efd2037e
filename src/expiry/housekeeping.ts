import type { ReservationKey } from '../domain/records.ts';

/** Reservations that end within this window go into one call. */
const BATCH_WINDOW_MS = 5;

/** Reservations in one call. When thousands end at once, the first are announced soon, and buyers get in between. */
const MAX_BATCH = 100;

/** Calls in flight at once. */
const MAX_CALLS = 4;

/** A reservation past its deadline, which is by the store's clock in milliseconds since 1970. */
export interface Overdue extends ReservationKey {
  readonly deadlineMs: number;
}

/** Ends those of the event's reservations that are overdue, and returns their ids. */
export type Expire = (eventId: string, reservationIds: readonly string[]) => Promise<readonly string[]>;

export interface HousekeepingSettings {
  readonly expire: Expire;
  readonly onDone: (asked: readonly Overdue[], ended: readonly string[]) => void;
  readonly onFailed: (eventId: string, err: unknown) => void;
}

/** Ends lapsed reservations in the store, in batches. Failed ones are dropped: the caller asks again. */
export class Housekeeping implements AsyncDisposable {
  readonly #settings: HousekeepingSettings;
  /** By event and reservation. The inner maps are never empty. */
  readonly #waiting = new Map<string, Map<string, Overdue>>();
  readonly #calls = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(settings: HousekeepingSettings) {
    this.#settings = settings;
  }

  add(reservation: Overdue): void {
    if (this.#disposed) return;
    const { eventId, reservationId } = reservation;
    const waiting = this.#waiting.get(eventId) ?? new Map<string, Overdue>();
    this.#waiting.set(eventId, waiting.set(reservationId, reservation));
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#callMore();
    }, BATCH_WINDOW_MS);
  }

  /** Waits for calls in flight. Waiting reservations are left to other nodes. */
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

  async #call(eventId: string, overdue: readonly Overdue[]): Promise<void> {
    try {
      const reservationIds = overdue.map(({ reservationId }) => reservationId);
      this.#settings.onDone(overdue, await this.#settings.expire(eventId, reservationIds));
    } catch (err) {
      this.#settings.onFailed(eventId, err);
    }
  }

  #takeBatch(eventId: string): Overdue[] {
    const waiting = this.#waiting.get(eventId) ?? new Map<string, Overdue>();
    const batch = [...waiting.values()].slice(0, MAX_BATCH);
    for (const { reservationId } of batch) waiting.delete(reservationId);
    if (waiting.size === 0) this.#waiting.delete(eventId);
    return batch;
  }
}
