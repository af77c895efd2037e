import { pino } from 'pino';
import { loadBuilt } from '../built.ts';
import { answerParent } from '../child-process.ts';
import { processUsage } from '../process-usage.ts';

let executions = 0;

/** A node as it is run in production, with these settings over the defaults. Gives where its API is. */
async function open(settings: NodeJS.ProcessEnv): Promise<string> {
  await countExecutions();
  const { createApp } = await loadBuilt<typeof import('../../src/app.ts')>('app.ts');
  const { readConfig } = await loadBuilt<typeof import('../../src/config.ts')>('config.ts');
  const config = readConfig({ NODE_ENV: 'production', PAYMENT_PROVIDER: 'test', PORT: '0', ...settings });
  const app = await createApp(config, { logger: pino({ level: 'warn' }, pino.destination(2)) });
  return app.graphqlUrl;
}

/** An execution of a seat map's subscription resolves its root field once. */
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
