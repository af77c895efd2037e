const SAMPLE_EVERY_MS = 20;

/** Time constant of the average: a single long turn of the loop counts for about this long, and a garbage collection hardly counts. */
const REMEMBERED_MS = 300;

/** By how much timers of this process are late. */
export class LoopLag implements Disposable {
  readonly #monotonicNow: () => number;
  readonly #timer: NodeJS.Timeout;
  #sampledAt: number;
  #averageMs = 0;
  /** Of the last sample, and of the one before. */
  #lastMs = 0;
  #beforeMs = 0;

  constructor(monotonicNow: () => number) {
    this.#monotonicNow = monotonicNow;
    this.#sampledAt = monotonicNow();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_EVERY_MS).unref();
  }

  /** Recent average, in milliseconds. */
  get lagMs(): number {
    return this.#averageMs;
  }

  /**
   * How long requests wait for the loop, in milliseconds: the median of its last two turns and the current one. After a single long turn
   * all that waited are served, so that refusing them would help nobody. When one long turn follows another, requests come faster than
   * they are served.
   */
  get requestWaitMs(): number {
    const currentMs = this.#monotonicNow() - this.#sampledAt - SAMPLE_EVERY_MS;
    const [, median = 0] = [this.#beforeMs, this.#lastMs, currentMs].sort((one, other) => one - other);
    return Math.max(0, median);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** Weighted by time, because a blocked loop gives few samples. */
  #sample(): void {
    const now = this.#monotonicNow();
    const elapsedMs = now - this.#sampledAt;
    this.#sampledAt = now;
    this.#beforeMs = this.#lastMs;
    this.#lastMs = Math.max(0, elapsedMs - SAMPLE_EVERY_MS);
    this.#averageMs += (this.#lastMs - this.#averageMs) * (1 - Math.exp(-elapsedMs / REMEMBERED_MS));
  }
}
