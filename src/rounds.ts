import type { Logger } from 'pino';

export interface RoundsOptions {
  /** For the log: 'the sweep of overdue reservations'. */
  readonly what: string;
  /** One round; true if the next is due at once. The signal tells it to come to an end. */
  readonly round: (signal: AbortSignal) => Promise<boolean>;
  readonly logger: Logger;
  readonly intervalMs: number;
  /** Until the first round, where that is not the interval. */
  readonly firstAfterMs?: number;
}

/**
 * Looks through the store, every now and then, for what a node that died or a message that was lost has left behind.
 * Any number of nodes may do so at once.
 */
export function startRounds({
  what,
  round,
  logger,
  intervalMs,
  firstAfterMs = intervalMs,
}: RoundsOptions): AsyncDisposable {
  const stop = new AbortController();
  let timer: NodeJS.Timeout;
  let running = Promise.resolve();

  async function run(): Promise<void> {
    try {
      while (!stop.signal.aborted && (await round(stop.signal)));
    } catch (error) {
      logger.warn({ err: error }, `${what} failed`);
    }
    if (!stop.signal.aborted) schedule(intervalMs);
  }

  function schedule(afterMs: number): void {
    // Spread, so that nodes started together do not sweep together.
    timer = setTimeout(
      () => {
        running = run();
      },
      afterMs * (0.75 + Math.random() / 2),
    );
  }

  schedule(firstAfterMs);
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
