import type { Logger } from 'pino';

export interface RoundsOptions {
  /** For the log: 'the sweep of overdue reservations'. */
  readonly what: string;
  /** Runs one round, and returns true if the next one is due at once. The signal aborts it. */
  readonly round: (signal: AbortSignal) => Promise<boolean>;
  readonly logger: Logger;
  readonly intervalMs: number;
  /** Time until the first round, if it is not the interval. */
  readonly firstAfterMs?: number;
}

/** Runs a job periodically, such as a search for what a node that died has left behind. Any number of nodes may do so at once. */
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
    // With jitter, so that nodes that were started together do not run it together.
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
