/** Average amount a second, and the amount that is allowed at once after a pause. */
export interface WorkLimits {
  readonly perSecond: number;
  readonly atOnce: number;
}

/**
 * A leaky bucket for work whose amount is known only once it is done: when the bucket overflows, the next work must wait until the excess
 * has drained.
 */
export class WorkBudget implements Disposable {
  readonly #limits: WorkLimits;
  readonly #monotonicNow: () => number;
  readonly #waiting = new Set<() => void>();
  #done = 0;
  #asOfMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: WorkLimits, monotonicNow: () => number) {
    this.#limits = limits;
    this.#monotonicNow = monotonicNow;
    this.#asOfMs = monotonicNow();
  }

  /** Whether the next work must wait. */
  get isSpent(): boolean {
    this.#drain();
    return this.#done >= this.#limits.atOnce;
  }

  /** Time until it is no longer spent. */
  get waitMs(): number {
    if (!this.isSpent) return 0;
    return Math.floor(((this.#done - this.#limits.atOnce) * 1_000) / this.#limits.perSecond) + 1;
  }

  charge(amount: number): void {
    this.#drain();
    this.#done += amount;
  }

  /** Calls back once, in order, when it is no longer spent. Returns how to stop waiting. */
  onRefilled(callback: () => void): () => void {
    const waiting = () => callback();
    this.#waiting.add(waiting);
    this.#wakeLater();
    return () => this.#waiting.delete(waiting);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #drain(): void {
    const now = this.#monotonicNow();
    this.#done = Math.max(0, this.#done - ((now - this.#asOfMs) * this.#limits.perSecond) / 1_000);
    this.#asOfMs = now;
  }

  #wakeLater(): void {
    this.#timer ??= setTimeout(() => this.#wake(), this.waitMs);
  }

  #wake(): void {
    this.#timer = undefined;
    for (const callback of this.#waiting) {
      if (this.isSpent) break;
      this.#waiting.delete(callback);
      callback();
    }
    if (this.#waiting.size > 0) this.#wakeLater();
  }
}
