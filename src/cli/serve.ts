import { Command } from 'commander';
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

/** npm and a terminal both pass Ctrl-C on: what follows the first signal this closely is the same wish, said twice. */
const SAME_WISH_MS = 1_000;

/** Resolves when a signal has stopped the node and everything is closed; a second signal, later, stops it at once. */
async function serve(config: Config): Promise<void> {
  const logger = createLogger(config.log);
  // Only here, as the other commands would wait for all of the server to be loaded.
  const { createApp } = await import('../app.ts');
  const app = await createApp(config, { logger });
  logger.info(`Holdfast is ready: ${app.graphqlUrl} (HTTP and websockets)`);
  if (!config.production) logger.info(`API explorer: open ${app.graphqlUrl} in a browser`);
  logger.info('tokens: for a buyer the mutation signInAsGuest, for an organizer `npm run holdfast -- token --help`');
  const signal = await stopSignal();
  logger.info(`${signal}: stopping; once more to stop at once`);
  await app[Symbol.asyncDispose]();
  logger.info('stopped');
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let firstMs: number | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      firstMs ??= performance.now();
      if (performance.now() - firstMs > SAME_WISH_MS) process.exit(1);
      resolve(signal);
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  });
}
