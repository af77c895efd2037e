import { pino } from 'pino';
import { loadBuilt } from '../built.ts';
import { answerParent } from '../child-process.ts';
import { processUsage } from '../process-usage.ts';

let executions = 0;

/** Starts a node with the production settings, overridden by these. Resolves to its URL. */
async function open(settings: NodeJS.ProcessEnv): Promise<string> {
  await countExecutions();
  const { createApp } = await loadBuilt<typeof import('../../src/app.ts')>('app.ts');
  const { readConfig } = await loadBuilt<typeof import('../../src/config.ts')>('config.ts');
  const config = readConfig({ NODE_ENV: 'production', PAYMENT_PROVIDER: 'test', PORT: '0', ...settings });
  const app = await createApp(config, { logger: pino({ level: 'warn' }, pino.destination(2)) });
  return app.graphqlUrl;
}

/** Counts by the root field, which each execution of a seat map's subscription resolves once. */
async function countExecutions(): Promise<void> {
  const { seatMapResolvers } = await loadBuilt<typeof import('../../src/graphql/resolvers/seat-map.ts')>(
    'graphql/resolvers/seat-map.ts',
  );
  const seatMap = seatMapResolvers.Subscription?.seatMap as { resolve: (...of: unknown[]) => unknown };
  const { resolve } = seatMap;
  seatMap.resolve = (...of) => {
    executions += 1;
    return resolve(...of);
  };
}

const handlers = { open, executions: () => executions, ...processUsage };
export type HoldfastServer = typeof handlers;
answerParent(handlers);
