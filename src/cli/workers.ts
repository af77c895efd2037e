import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { CommandFailure } from './failure.ts';
import { signalWorkers, startWorker, type WorkerProcess } from './worker-process.ts';

/** A worker that served this long was healthy, so that its successor is started without a pause. */
const STEADY_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Workers stop much sooner by themselves, after their delay. One that hangs is killed then. Orchestrators kill after 30 s. */
const STOP_WITHIN_MS = 25_000;

/** Worker processes, each a node, on one port. A worker that dies is replaced, until all are stopped. */
export class Workers {
  readonly #count: number;
  readonly #stopWithinMs: number;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  /** For each place: resolves when its last worker has ended, with whether it did so in good order. */
  #places: readonly Promise<boolean>[] = [];

  constructor({ workers, http }: Pick<Config, 'workers' | 'http'>, logger: Logger) {
    this.#count = workers;
    this.#stopWithinMs = http.shutdownDelayMs + STOP_WITHIN_MS;
    this.#logger = logger;
  }

  /** Resolves with the address when all are ready. @throws CommandFailure if one cannot start; then all have ended */
  async start(): Promise<string> {
    const first = Array.from({ length: this.#count }, startWorker);
    this.#places = first.map((worker) => this.#keepPlace(worker));
    try {
      const [graphqlUrl = ''] = await Promise.all(first.map(({ ready }) => ready));
      return graphqlUrl;
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  /** Stops all workers gracefully. @throws CommandFailure if one did not stop in good order */
  async stop(): Promise<void> {
    const inGoodOrder = await this.#end();
    if (inGoodOrder.includes(false)) throw new CommandFailure('a worker did not stop in good order');
  }

  /** Kills all workers at once. */
  kill(): void {
    this.#stopping.abort();
    signalWorkers('SIGKILL');
  }

  async #end(): Promise<readonly boolean[]> {
    this.#stopping.abort();
    signalWorkers('SIGTERM');
    const tooLate = setTimeout(() => signalWorkers('SIGKILL'), this.#stopWithinMs);
    try {
      return await Promise.all(this.#places);
    } finally {
      clearTimeout(tooLate);
    }
  }

  /** If the first worker fails to start, `start` reports it, and it is not replaced. */
  async #keepPlace(first: WorkerProcess): Promise<boolean> {
    const started = await first.ready.then(
      () => true,
      () => false,
    );
    return started ? this.#replace(first) : (await first.ended).inGoodOrder;
  }

  async #replace(first: WorkerProcess): Promise<boolean> {
    let worker = first;
    for (let quickDeaths = 0; ; ) {
      const end = await worker.ended;
      if (this.#stopping.signal.aborted) return end.inGoodOrder;
      quickDeaths = end.servedMs >= STEADY_MS ? 0 : quickDeaths + 1;
      const pauseMs = pauseAfter(quickDeaths);
      this.#logger.error(`worker ${worker.id} is gone (${end.how}): another follows in ${pauseMs / 1000} s`);
      if (!(await this.#pause(pauseMs))) return true;
      worker = this.#startLater();
    }
  }

  #startLater(): WorkerProcess {
    const worker = startWorker();
    worker.ready.then(
      (graphqlUrl) => this.#logger.info(`worker ${worker.id} is ready: ${graphqlUrl}`),
      // Its end is logged when it is replaced.
      () => {},
    );
    return worker;
  }

  /** Resolves to false if it was aborted by the stop. */
  #pause(pauseMs: number): Promise<boolean> {
    return sleep(pauseMs, true, { signal: this.#stopping.signal }).catch(() => false);
  }
}

/** Doubles with each worker in a row that died soon. */
export function pauseAfter(quickDeaths: number): number {
  return quickDeaths === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (quickDeaths - 1), LONGEST_PAUSE_MS);
}
