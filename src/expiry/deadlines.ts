import TinyQueue from 'tinyqueue';
import type { StoreClock } from './store-clock.ts';

/** Longest single wait. Far below the limit of setTimeout (2^31 ms), so that a change of the store's clock is noticed soon. */
const MAX_WAIT_MS = 10_000;

/** Stale deadlines that the queue may have, beyond the number of live ones, before it is rebuilt. */
const STALE_ALLOWED = 1_000;

interface Deadline {
  readonly key: string;
  readonly dueMs: number;
}

/** Calls back with all keys whose deadline has passed. The clock must have been read before. */
export class Deadlines implements Disposable {
  readonly #clock: StoreClock;
  readonly #onDue: (keys: readonly string[]) => void;
  readonly #deadlines = new Map<string, Deadline>();
  /** May contain deadlines that were moved or removed. */
  #queue = queueOf([]);
  #timer: NodeJS.Timeout | undefined;
  /** When the timer fires. */
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #disposed = false;

  constructor(clock: StoreClock, onDue: (keys: readonly string[]) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#deadlines.size;
  }

  /** Sets or moves the deadline of a key. `dueMs` is by the store's clock. */
  set(key: string, dueMs: number): void {
    if (this.#disposed) return;
    const deadline = { key, dueMs };
    this.#deadlines.set(key, deadline);
    this.#queue.push(deadline);
    this.#clearOutStale();
    this.#wakeBy(dueMs);
  }

  delete(key: string): void {
    this.#deadlines.delete(key);
    this.#clearOutStale();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#deadlines.clear();
    this.#queue = queueOf([]);
  }

  #wakeBy(dueMs: number): void {
    if (this.#wakeAtMs <= dueMs) return;
    const now = this.#clock.now();
    const waitMs = Math.min(Math.max(Math.ceil(dueMs - now), 0), MAX_WAIT_MS);
    clearTimeout(this.#timer);
    this.#wakeAtMs = now + waitMs;
    this.#timer = setTimeout(() => this.#wake(), waitMs);
  }

  /** Timers fire early and late, so that only the clock decides what is due. */
  #wake(): void {
    this.#wakeAtMs = Number.POSITIVE_INFINITY;
    const due = this.#takeDue(this.#clock.now());
    const next = this.#queue.peek();
    if (next !== undefined) this.#wakeBy(next.dueMs);
    if (due.length > 0) this.#onDue(due);
  }

  #takeDue(now: number): string[] {
    const due: string[] = [];
    for (let first = this.#queue.peek(); first !== undefined; first = this.#queue.peek()) {
      const counts = this.#counts(first);
      if (counts && first.dueMs > now) break;
      this.#queue.pop();
      if (counts && this.#deadlines.delete(first.key)) due.push(first.key);
    }
    return due;
  }

  #counts(deadline: Deadline): boolean {
    return this.#deadlines.get(deadline.key) === deadline;
  }

  #clearOutStale(): void {
    if (this.#queue.length <= 2 * this.#deadlines.size + STALE_ALLOWED) return;
    this.#queue = queueOf([...this.#deadlines.values()]);
  }
}

function queueOf(deadlines: Deadline[]): TinyQueue<Deadline> {
  return new TinyQueue(deadlines, (one, other) => one.dueMs - other.dueMs);
}
