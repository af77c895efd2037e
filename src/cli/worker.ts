import type { Worker } from 'node:cluster';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { runNode } from './node.ts';
import { problemAtStart } from './problems.ts';
import { stopSignal } from './stop-signal.ts';

/** A worker's message to the primary after its start, sent once. */
export type StartOutcome =
  | { readonly kind: 'ready'; readonly graphqlUrl: string }
  /** One or a few lines for the operator. */
  | { readonly kind: 'failed'; readonly problem: string };

/** Runs one of several nodes on a port. A second stop signal changes nothing here, because the primary bounds how long stopping takes. */
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
