const minuteMs = 60_000;

/** So much a minute, and as much at once after a minute without any. */
export class Allowance {
  readonly #perMinute: number;
  readonly #monotonicNow: () => number;
  #left: number;
  #asOfMs: number;

  /** @param perMinute 0 is no limit */
  constructor(perMinute: number, monotonicNow: () => number) {
    this.#perMinute = perMinute;
    this.#monotonicNow = monotonicNow;
    this.#left = perMinute;
    this.#asOfMs = monotonicNow();
  }

  /** Whether one more is allowed; if so, it counts. */
  take(): boolean {
    if (this.#perMinute === 0) return true;
    this.#refill();
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** Until one more is allowed. */
  get waitMs(): number {
    if (this.#perMinute === 0) return 0;
    return Math.max(0, Math.ceil(((1 - this.#left) * minuteMs) / this.#perMinute));
  }

  #refill(): void {
    const now = this.#monotonicNow();
    this.#left = Math.min(this.#perMinute, this.#left + ((now - this.#asOfMs) * this.#perMinute) / minuteMs);
    this.#asOfMs = now;
  }
}
