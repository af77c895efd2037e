import type { Worker } from 'node:cluster';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { runNode } from './node.ts';
import { problemAtStart } from './problems.ts';
import { stopSignal } from './stop-signal.ts';

/** What a worker tells the primary, once: how its start has ended. */
export type StartOutcome =
  | { readonly kind: 'ready'; readonly graphqlUrl: string }
  /** The line, or lines, for whoever started the program. */
  | { readonly kind: 'failed'; readonly problem: string };

/** One node of several on a port. How soon a stop must end is the primary's to say: here signals are all the same wish. */
export async function serveAsWorker(worker: Worker, config: Config, primaryLogger: Logger): Promise<void> {
  const logger = primaryLogger.child({ worker: worker.id });
  const tell = (outcome: StartOutcome) => worker.send(outcome);
  let started = false;
  const onReady = (graphqlUrl: string) => {
    started = true;
    tell({ kind: 'ready', graphqlUrl });
  };
  try {
    const { offerToPrimary } = await import('../telemetry/serve-metrics.ts');
    await runNode(config, { logger, stop: stopSignal(() => {}), onReady, offerMetrics: offerToPrimary });
  } catch (error) {
    if (started) throw error;
    tell({ kind: 'failed', problem: problemAtStart(error) });
  } finally {
    worker.disconnect();
  }
}
