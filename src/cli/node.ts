import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { App, AppParts } from '../app.ts';
import type { Config } from '../config.ts';
import { exitCodes } from './failure.ts';

/** A start may wait while another node migrates. Stopping it does not wait longer than this. */
const POSTGRES_WITHIN_MS = 10_000;

export interface NodeLife {
  readonly logger: Logger;
  /** Settles when the node is to stop, which may be before it is ready. */
  readonly stop: Promise<unknown>;
  onReady(graphqlUrl: string): void;
  readonly offerMetrics?: AppParts['offerMetrics'];
}

/** Resolves when the node has stopped and everything is closed. Rejects if it cannot start. */
export async function runNode(config: Config, life: NodeLife): Promise<void> {
  const { logger, stop, onReady } = life;
  const stopped = new AbortController();
  const starting = startNode(config, life, stopped.signal);
  const app = await Promise.race([starting, stop.then(() => null)]);
  if (app === null) {
    stopped.abort();
    return leaveStart(starting, config, logger);
  }
  onReady(app.graphqlUrl);
  await stop;
  await app[Symbol.asyncDispose]();
}

async function startNode(config: Config, { logger, offerMetrics }: NodeLife, stop: AbortSignal): Promise<App> {
  // Imported here, so that other commands do not load the whole server.
  const { createApp } = await import('../app.ts');
  return createApp(config, { logger, stop, offerMetrics });
}

/** Closes what was opened by an aborted start. Does not wait long for Postgres, but does for an embedded database, which would be left half created. */
async function leaveStart(starting: Promise<App>, { database }: Config, logger: Logger): Promise<void> {
  const closed = starting.then(
    (app) => app[Symbol.asyncDispose](),
    (why: unknown) => logger.debug({ err: why }, 'the start was left'),
  );
  if (database.kind === 'embedded') return closed;
  const tooLong = sleep(POSTGRES_WITHIN_MS, 'too long' as const, { ref: false });
  if ((await Promise.race([closed, tooLong])) === 'too long') process.exit(exitCodes.done);
}
