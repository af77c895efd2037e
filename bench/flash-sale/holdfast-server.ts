import { pino } from 'pino';
import { loadBuilt } from '../built.ts';
import { answerParent } from '../child-process.ts';
import { processUsage } from '../process-usage.ts';
import { profiling } from './profiling.ts';

/** Starts a node with the production settings, overridden by these. Resolves to its URL. */
async function open(settings: NodeJS.ProcessEnv): Promise<string> {
  const { createApp } = await loadBuilt<typeof import('../../src/app.ts')>('app.ts');
  const { readConfig } = await loadBuilt<typeof import('../../src/config.ts')>('config.ts');
  const config = readConfig({ NODE_ENV: 'production', PAYMENT_PROVIDER: 'test', PORT: '0', ...settings });
  const app = await createApp(config, { logger: pino({ level: 'warn' }, pino.destination(2)) });
  return app.graphqlUrl;
}

const handlers = { open, ...processUsage, ...profiling };
export type HoldfastServer = typeof handlers;
answerParent(handlers);
