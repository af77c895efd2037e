import type { Logger } from 'pino';
import { isRedirection, withinMs } from './client.ts';

/** How long a buyer may wait for Redis. Many times what a healthy Redis takes. */
const DEADLINE_MS = 200;
/** How long the breaker stays open after one failure. */
const OPEN_MS = 1_000;

/**
 * A circuit breaker between buyers and a Redis that is gone or slow. After a failure it is open for a second, and then half open: one
 * request tries. It uses the monotonic clock: those of libraries use the wall clock, and stay open when that is set back.
 */
export class CircuitBreaker {
  readonly #isUp: () => boolean;
  readonly #logger: Logger;
  #isClosed = true;
  /** While it is not closed, no request is sent before this time. */
  #openUntilMs = Number.NEGATIVE_INFINITY;

  /** `isUp` says whether Redis is connected at all. */
  constructor(isUp: () => boolean, logger: Logger) {
    this.#isUp = isUp;
    this.#logger = logger;
  }

  /** Rejects if the work does or takes too long, and at once, without running it, while the breaker is open. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#isUp()) throw new Error('Redis cannot be reached');
    if (performance.now() < this.#openUntilMs) throw new Error('Redis has failed, and is not asked for a moment');
    const isTrial = !this.#isClosed;
    // Other requests are refused until the trial has ended.
    if (isTrial) this.#openUntilMs = Number.POSITIVE_INFINITY;
    try {
      const answer = await withinMs(DEADLINE_MS, work());
      if (isTrial) this.#close();
      return answer;
    } catch (error) {
      if (!isRedirection(error)) this.#open(error);
      else if (isTrial) this.#close();
      throw error;
    }
  }

  #close(): void {
    this.#isClosed = true;
    this.#openUntilMs = Number.NEGATIVE_INFINITY;
  }

  #open(err: unknown): void {
    this.#isClosed = false;
    this.#openUntilMs = performance.now() + OPEN_MS;
    this.#logger.debug({ err }, 'Redis failed a request, and is not asked for a moment');
  }
}
