const SAMPLE_EVERY_MS = 20;

/** A single long turn of the loop is forgotten after about this long; one as short as a garbage collection hardly counts. */
const REMEMBERED_MS = 300;

/** How much later than asked for this process gets to its timers, lately and on average. */
export class LoopLag implements Disposable {
  readonly #monotonicNow: () => number;
  readonly #timer: NodeJS.Timeout;
  #sampledAt: number;
  #lagMs = 0;

  constructor(monotonicNow: () => number) {
    this.#monotonicNow = monotonicNow;
    this.#sampledAt = monotonicNow();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_EVERY_MS).unref();
  }

  /** In milliseconds. */
  get lagMs(): number {
    return this.#lagMs;
  }

  /** In milliseconds: as `lagMs`, or what the turn under way has taken if that is more. */
  get behindMs(): number {
    return Math.max(this.#lagMs, this.#monotonicNow() - this.#sampledAt - SAMPLE_EVERY_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** An average weighted by time: a blocked loop gives few samples. */
  #sample(): void {
    const now = this.#monotonicNow();
    const elapsedMs = now - this.#sampledAt;
    this.#sampledAt = now;
    const lateMs = Math.max(0, elapsedMs - SAMPLE_EVERY_MS);
    this.#lagMs += (lateMs - this.#lagMs) * (1 - Math.exp(-elapsedMs / REMEMBERED_MS));
  }
}
