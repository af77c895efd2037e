const SAMPLE_EVERY_MS = 20;

/** Time constant of the average: a single long turn of the loop counts for about this long, and a garbage collection hardly counts. */
const REMEMBERED_MS = 300;

/** Recent average by which timers of this process are late. */
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

  /** In milliseconds: `lagMs`, or the duration of the current turn if that is longer. */
  get behindMs(): number {
    return Math.max(this.#lagMs, this.#monotonicNow() - this.#sampledAt - SAMPLE_EVERY_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** Weighted by time, because a blocked loop gives few samples. */
  #sample(): void {
    const now = this.#monotonicNow();
    const elapsedMs = now - this.#sampledAt;
    this.#sampledAt = now;
    const lateMs = Math.max(0, elapsedMs - SAMPLE_EVERY_MS);
    this.#lagMs += (lateMs - this.#lagMs) * (1 - Math.exp(-elapsedMs / REMEMBERED_MS));
  }
}
