import { setTimeout as sleep } from 'node:timers/promises';
import { type Cursor, type CursorKey, takeCursor, updateCursor } from '../store/consumer-cursors.ts';
import type { Session } from '../store/engine/database.ts';

/** Why the work must end. */
export type LeaseEnd = 'the lease was lost' | 'the handler took too long' | 'the node stops';

/**
 * The right to work on one event for one consumer. It expires unless it is renewed. A worker that has lost it cannot move the cursor,
 * because the store checks it.
 */
export class Lease implements Disposable {
  readonly #store: Session;
  readonly #key: CursorKey;
  readonly #leaseMs: number;
  readonly #abort = new AbortController();
  #cursor: Cursor;
  #isLost = false;
  #lapse: NodeJS.Timeout | undefined;

  /** Null if another node works on the event. */
  static async take(store: Session, key: CursorKey, leaseMs: number): Promise<Lease | null> {
    const askedAtMs = performance.now();
    const cursor = await takeCursor(store, key, leaseMs);
    if (cursor === null) return null;
    const lease = new Lease(store, key, leaseMs, cursor);
    lease.#lapseAfter(askedAtMs);
    return lease;
  }

  private constructor(store: Session, key: CursorKey, leaseMs: number, cursor: Cursor) {
    this.#store = store;
    this.#key = key;
    this.#leaseMs = leaseMs;
    this.#cursor = cursor;
  }

  get eventId(): string {
    return this.#key.eventId;
  }

  /** Revision of the last change that was handled. */
  get revision(): number {
    return this.#cursor.revision;
  }

  /** Failed attempts since the last success. */
  get attempts(): number {
    return this.#cursor.attempts;
  }

  /** Another node may have taken the event. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Aborted when the work must end, with a `LeaseEnd` as the reason. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  end(reason: LeaseEnd): void {
    this.#abort.abort(reason);
  }

  /** Renews the lease while the work runs. */
  async during(work: Promise<void>): Promise<void> {
    const done = new AbortController();
    const renewing = this.#renewUntil(done.signal);
    try {
      await work;
    } finally {
      done.abort();
      await renewing;
    }
  }

  /** All changes up to this one are handled. */
  moveTo(revision: number): Promise<void> {
    return this.#renew({ revision, attempts: 0 });
  }

  /** Releases the event at once. */
  release(revision = this.revision, attempts = this.attempts): Promise<void> {
    return this.#write({ revision, attempts }, { keeps: false, forMs: 0 });
  }

  /** Releases the event after a failure. No node may take it for `forMs`. */
  postpone(forMs: number): Promise<void> {
    return this.#write({ ...this.#cursor, attempts: this.attempts + 1 }, { keeps: false, forMs });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#lapse);
  }

  async #renewUntil(done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      await sleep(this.#leaseMs / 3, undefined, { signal: done }).catch(() => {});
      // A failure is ignored: the lease expires if the store does not answer in time.
      if (!done.aborted && !this.#isLost) await this.#renew(this.#cursor).catch(() => {});
    }
  }

  async #renew(cursor: Cursor): Promise<void> {
    const askedAtMs = performance.now();
    await this.#write(cursor, { keeps: true, forMs: this.#leaseMs });
    if (!this.#isLost) this.#lapseAfter(askedAtMs);
  }

  async #write(cursor: Cursor, lease: { readonly keeps: boolean; readonly forMs: number }): Promise<void> {
    const isOurs = await updateCursor(this.#store, this.#key, { ...cursor, ...lease, from: this.revision });
    if (isOurs) this.#cursor = cursor;
    else this.#lose();
  }

  /** Expires here sooner than in the store: counted from before the request, and a tenth earlier, because timers are late. */
  #lapseAfter(askedAtMs: number): void {
    clearTimeout(this.#lapse);
    this.#lapse = setTimeout(() => this.#lose(), askedAtMs + this.#leaseMs * 0.9 - performance.now());
  }

  #lose(): void {
    this.#isLost = true;
    this.end('the lease was lost');
  }
}
