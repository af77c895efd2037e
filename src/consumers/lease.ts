import { setTimeout as sleep } from 'node:timers/promises';
import { type Cursor, type CursorKey, takeCursor, updateCursor } from '../store/consumer-cursors.ts';
import type { Session } from '../store/engine/database.ts';

/** Why the work must come to an end. */
export type LeaseEnd = 'the lease was lost' | 'the handler took too long' | 'the node stops';

/**
 * The right to work at one event for one consumer. It lapses unless it is renewed, and who has lost it cannot move the cursor: the
 * store says no.
 */
export class Lease implements Disposable {
  readonly #store: Session;
  readonly #key: CursorKey;
  readonly #leaseMs: number;
  readonly #abort = new AbortController();
  #cursor: Cursor;
  #isLost = false;
  #lapse: NodeJS.Timeout | undefined;

  /** Null if another node is at the event. */
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

  /** Of the last change that was handled. */
  get revision(): number {
    return this.#cursor.revision;
  }

  /** That have failed since the last success. */
  get attempts(): number {
    return this.#cursor.attempts;
  }

  /** Another node may have taken the event. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Aborted when the work must come to an end, for a `LeaseEnd`. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  end(reason: LeaseEnd): void {
    this.#abort.abort(reason);
  }

  /** Renews the lease while the work is under way. */
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

  /** Lets go of the event, at once. */
  release(revision = this.revision, attempts = this.attempts): Promise<void> {
    return this.#write({ revision, attempts }, { keeps: false, forMs: 0 });
  }

  /** Lets go of the event after a failure; no node takes it for so long. */
  putOff(forMs: number): Promise<void> {
    return this.#write({ ...this.#cursor, attempts: this.attempts + 1 }, { keeps: false, forMs });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#lapse);
  }

  async #renewUntil(done: AbortSignal): Promise<void> {
    while (!done.aborted) {
      await sleep(this.#leaseMs / 3, undefined, { signal: done }).catch(() => {});
      // While the store does not answer, the lease may lapse.
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

  /** Sooner here than in the store: counted from before it was asked, and by a tenth, as timers are late. */
  #lapseAfter(askedAtMs: number): void {
    clearTimeout(this.#lapse);
    this.#lapse = setTimeout(() => this.#lose(), askedAtMs + this.#leaseMs * 0.9 - performance.now());
  }

  #lose(): void {
    this.#isLost = true;
    this.end('the lease was lost');
  }
}
