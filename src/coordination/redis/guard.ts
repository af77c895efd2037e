import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import type { Logger } from 'pino';
import { withinMs } from './deadline.ts';
import { isRedirection } from './redirection.ts';

/** What a buyer may lose to a Redis that does not answer. Many times what one takes that is well. */
const DEADLINE_MS = 200;
/** How long Redis is left alone after a failure, before one request tries it again. */
const PAUSE_MS = 1_000;
/** One: a Redis that has kept one buyer waiting would keep the next one waiting too. */
const FAILURES_TO_PAUSE = 1;

/** Stands between buyers and a Redis that is gone or slow: at most one of them waits for it at a time, and not for long. */
export class Guard {
  readonly #isUp: () => boolean;
  readonly #breaker = circuitBreaker(
    handleWhen((error) => !isRedirection(error)),
    {
      halfOpenAfter: PAUSE_MS,
      breaker: new ConsecutiveBreaker(FAILURES_TO_PAUSE),
    },
  );

  /** `isUp` says whether Redis is worth asking at all. */
  constructor(isUp: () => boolean, logger: Logger) {
    this.#isUp = isUp;
    this.#breaker.onBreak((reason) => logger.debug(reason, 'Redis failed a request, and is left alone for a while'));
  }

  /** Rejects if the work does, if it takes too long, and at once (without doing it) while Redis is left alone. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (!this.#isUp()) throw new Error('Redis cannot be reached');
    // The breaker would have everybody wait for the one who tries.
    if (this.#breaker.state === CircuitState.HalfOpen) throw new Error('Redis is being tried by another request');
    return this.#breaker.execute(() => withinMs(DEADLINE_MS, work()));
  }
}
