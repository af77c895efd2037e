import type { Logger } from 'pino';
import { withinMs } from './deadline.ts';
import { isRedirection } from './redirection.ts';

/** What a buyer may lose to a Redis that does not answer. Many times what one takes that is well. */
const DEADLINE_MS = 200;
/** How long Redis is left alone after one failure, before one request tries it again. */
const PAUSE_MS = 1_000;

/**
 * Stands between buyers and a Redis that is gone or slow: at most one of them waits for it at a time, and not for long. A circuit
 * breaker by the monotonic clock, as the libraries' go by the time of day, and stay open for as long as that is set back.
 */
export class Guard {
  readonly #isUp: () => boolean;
  readonly #logger: Logger;
  #hasFailed = false;
  /** After a failure: nobody asks before. */
  #triedAgainAtMs = Number.NEGATIVE_INFINITY;

  /** `isUp` says whether Redis is worth asking at all. */
  constructor(isUp: () => boolean, logger: Logger) {
    this.#isUp = isUp;
    this.#logger = logger;
  }

  /** Rejects if the work does, if it takes too long, and at once (without doing it) while Redis is left alone. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#isUp()) throw new Error('Redis cannot be reached');
    if (performance.now() < this.#triedAgainAtMs) throw new Error('Redis is left alone for a while');
    const isTrial = this.#hasFailed;
    // Nobody else waits for the one who tries.
    if (isTrial) this.#triedAgainAtMs = Number.POSITIVE_INFINITY;
    try {
      const answer = await withinMs(DEADLINE_MS, work());
      if (isTrial) this.#goOn();
      return answer;
    } catch (error) {
      if (!isRedirection(error)) this.#leaveAlone(error);
      else if (isTrial) this.#goOn();
      throw error;
    }
  }

  #goOn(): void {
    this.#hasFailed = false;
    this.#triedAgainAtMs = Number.NEGATIVE_INFINITY;
  }

  #leaveAlone(err: unknown): void {
    this.#hasFailed = true;
    this.#triedAgainAtMs = performance.now() + PAUSE_MS;
    this.#logger.debug({ err }, 'Redis failed a request, and is left alone for a while');
  }
}
