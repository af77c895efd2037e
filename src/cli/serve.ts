import cluster from 'node:cluster';
import { Command } from 'commander';
import type { Logger } from 'pino';
import { type Misspelt, misspeltSettings } from '../config/misspelt.ts';
import { type AddressConfig, type Config, readConfig } from '../config.ts';
import { createLogger } from '../logger.ts';
import { optionalPackage } from '../optional-package.ts';
import { exitCodes } from './failure.ts';
import { expectFreePorts } from './free-port.ts';
import { runNode } from './node.ts';
import { stopSignal } from './stop-signal.ts';
import { serveAsWorker } from './worker.ts';
import { Workers } from './workers.ts';

const examples = `
SIGTERM or SIGINT (Ctrl-C) stops it when requests in flight are answered; a second one stops it at once.

Examples:
  $ holdfast serve
  $ PORT=4001 DATA_DIR=/var/lib/holdfast holdfast serve
  $ DATABASE_URL=postgres://localhost/holdfast REDIS_URL=redis://localhost JWT_SECRET=... holdfast serve
  $ WORKERS=4 DATABASE_URL=... REDIS_URL=... JWT_SECRET=... holdfast serve`;

export function serveCommand(env: NodeJS.ProcessEnv): Command {
  return new Command('serve')
    .description('run a node, or several on one port, until told to stop')
    .addHelpText('after', examples)
    .action(() => serve(readConfig(env), misspeltSettings(env)));
}

/** Resolves when a signal has stopped the server and everything is closed. A later second signal stops it at once. */
async function serve(config: Config, misspelt: readonly Misspelt[]): Promise<void> {
  const logger = await createLogger(config.log);
  if (cluster.worker) return serveAsWorker(cluster.worker, config, logger);
  for (const { name, meant } of misspelt) logger.warn(`${name} is no setting, and has no effect: is ${meant} meant?`);
  await (config.workers === 1 ? serveAlone(config, logger) : serveWithWorkers(config, logger));
  logger.info('stopped');
}

async function serveAlone(config: Config, logger: Logger): Promise<void> {
  const stop = loggedStop(logger, () => process.exit(exitCodes.failed));
  await expectFreePorts(config);
  const onReady = (graphqlUrl: string) => void announce(config, graphqlUrl, logger);
  await runNode(config, { logger, stop, onReady });
}

/** This process serves nothing itself, and only supervises the workers. */
async function serveWithWorkers(config: Config, logger: Logger): Promise<void> {
  const workers = new Workers(config, logger);
  const stop = loggedStop(logger, () => {
    workers.kill();
    process.exit(exitCodes.failed);
  });
  await expectFreePorts(config);
  await using _metrics = config.metrics && (await serveMetricsOfWorkers(config.metrics, logger));
  const graphqlUrl = await Promise.race([workers.start(), stop.then(() => null)]);
  if (graphqlUrl !== null) await announce(config, graphqlUrl, logger);
  await stop;
  await workers.stop();
}

/** Imported here, so that other commands do not load it. */
async function serveMetricsOfWorkers(address: AddressConfig, logger: Logger): Promise<AsyncDisposable> {
  const { metricsOfWorkers, serveMetrics } = await import('../telemetry/serve-metrics.ts');
  return serveMetrics(metricsOfWorkers(), address, logger);
}

async function loggedStop(logger: Logger, stopAtOnce: () => void): Promise<void> {
  const signal = await stopSignal(stopAtOnce);
  logger.info(`${signal}: stopping; once more to stop at once`);
}

async function announce({ workers, production }: Config, graphqlUrl: string, logger: Logger): Promise<void> {
  const explorer = production ? null : await optionalPackage(() => import('altair-static'));
  const nodes = workers === 1 ? '' : `, ${workers} workers`;
  logger.info(`Holdfast is ready: ${graphqlUrl} (HTTP and websockets${nodes})`);
  logger.info(`seats: open ${new URL('/', graphqlUrl).href} in a browser`);
  if (explorer !== null) logger.info(`API explorer: open ${graphqlUrl} in a browser`);
  else if (!production) logger.info('API explorer: none, as the package altair-static is not installed');
  logger.info('tokens: for a buyer the mutation signInAsGuest, for an organizer `npm run holdfast -- token --help`');
}
