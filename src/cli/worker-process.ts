import cluster from 'node:cluster';
import { once } from 'node:events';
import { CommandFailure } from './failure.ts';
import type { StartOutcome } from './worker.ts';

/** A worker, from the primary's view. */
export interface WorkerProcess {
  /** A worker that replaces it gets another number. */
  readonly id: number;
  /** The node's address. Rejects with a CommandFailure if the worker ends before it is ready. */
  readonly ready: Promise<string>;
  readonly ended: Promise<WorkerEnd>;
}

export interface WorkerEnd {
  /** For operators: 'SIGKILL', 'exit code 1', or why it could not start. */
  readonly how: string;
  /** It ended by itself, or by a stop signal that came before it could listen for one. */
  readonly inGoodOrder: boolean;
  /** 0 if it was never ready. */
  readonly servedMs: number;
}

/** Starts this program once more, with the same settings. */
export function startWorker(): WorkerProcess {
  const worker = cluster.fork();
  let readyAtMs = Number.POSITIVE_INFINITY;
  let problem: string | undefined;
  const ended = once(worker, 'exit').then(
    ([code, signal]: (number | string | null)[]): WorkerEnd => ({
      how: problem ?? String(signal || `exit code ${code}`),
      inGoodOrder: code === 0 || signal === 'SIGTERM' || signal === 'SIGINT',
      servedMs: Math.max(0, performance.now() - readyAtMs),
    }),
    // The system could not create the process.
    (error: Error): WorkerEnd => ({ how: error.message, inGoodOrder: false, servedMs: 0 }),
  );
  const ready = new Promise<string>((resolve, reject) => {
    worker.once('message', (outcome: StartOutcome) => {
      if (outcome.kind === 'failed') problem = outcome.problem;
      else {
        readyAtMs = performance.now();
        resolve(outcome.graphqlUrl);
      }
    });
    void ended.then(({ how }) => {
      reject(new CommandFailure(problem ?? `worker ${worker.id} ended before it was ready (${how})`));
    });
  });
  return { id: worker.id, ready, ended };
}

export function signalWorkers(signal: NodeJS.Signals): void {
  for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill(signal);
}
