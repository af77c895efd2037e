import type { Logger } from 'pino';
import { isRedirection, withinMs } from './client.ts';

/** What a buyer may lose to a Redis that does not answer. Many times what one takes that is well. */
const DEADLINE_MS = 200;
/** How long the breaker stays open after one failure. */
const OPEN_MS = 1_000;

/**
 * A circuit breaker between buyers and a Redis that is gone or slow. After a failure it is open for a second, and then half open:
 * one request tries. Goes by the monotonic clock, as the libraries' go by the time of day, and stay open for as long as that is
 * set back.
 */
export class CircuitBreaker {
  readonly #isUp: () => boolean;
  readonly #logger: Logger;
  #isClosed = true;
  /** While it is not closed: no request is sent before. */
  #openUntilMs = Number.NEGATIVE_INFINITY;

  /** `isUp` says whether Redis is worth asking at all. */
  constructor(isUp: () => boolean, logger: Logger) {
    this.#isUp = isUp;
    this.#logger = logger;
  }

  /** Rejects if the work does, if it takes too long, and at once (without doing it) while the breaker is open. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#isUp()) throw new Error('Redis cannot be reached');
    if (performance.now() < this.#openUntilMs) throw new Error('Redis has failed, and is not asked for a moment');
    const isTrial = !this.#isClosed;
    // Nobody else waits for it.
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
