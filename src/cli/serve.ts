import { once } from 'node:events';
import { Command } from 'commander';
import { createApp } from '../app.ts';
import { type Config, readConfig } from '../config.ts';
import { createLogger } from '../logger.ts';

const examples = `
SIGTERM or SIGINT (Ctrl-C) stops the node when what is under way is answered; a second one stops it at once.

Examples:
  $ holdfast serve
  $ PORT=4001 DATA_DIR=/var/lib/holdfast holdfast serve
  $ DATABASE_URL=postgres://localhost/holdfast REDIS_URL=redis://localhost JWT_SECRET=... holdfast serve`;

export function serveCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('serve')
    .description('run a node until it is told to stop')
    .addHelpText('after', examples)
    .action(() => serve(readConfig(env)));
}

/** Resolves when a signal has stopped the node and everything is closed; a second signal stops it at once. */
async function serve(config: Config): Promise<void> {
  const logger = createLogger(config.log);
  const app = await createApp(config, { logger });
  logger.info(`Holdfast is ready: ${app.graphqlUrl} (HTTP and websockets)`);
  if (!config.production) logger.info(`API explorer: open ${app.graphqlUrl} in a browser`);
  logger.info('tokens: for a buyer the mutation signInAsGuest, for an organizer `npm run holdfast -- token --help`');
  const signal = await stopSignal();
  logger.info(`${signal}: stopping; once more to stop at once`);
  process.once(signal, () => process.exit(1));
  await app[Symbol.asyncDispose]();
  logger.info('stopped');
}

async function stopSignal(): Promise<'SIGINT' | 'SIGTERM'> {
  const stop = new AbortController();
  try {
    return await Promise.race(
      (['SIGINT', 'SIGTERM'] as const).map((name) => once(process, name, { signal: stop.signal }).then(() => name)),
    );
  } finally {
    stop.abort();
  }
}
