import { pino } from 'pino';
import type { Registry } from 'prom-client';
import { type App, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { nodeEnv } from '../support/node.ts';

export interface MeteredNode extends AsyncDisposable {
  readonly app: App;
  /** Current value of a series as in a scrape, such as `holdfast_gate_answers_total{answer="taken"}`; 0 if it does not exist. */
  metric(series: string): Promise<number>;
}

/** A node with metrics. */
export async function startMeteredNode(env: NodeJS.ProcessEnv): Promise<MeteredNode> {
  let registry: Registry | undefined;
  const app = await createApp(readConfig({ ...nodeEnv, METRICS_PORT: '0', ...env }), {
    logger: pino({ level: 'silent' }),
    offerMetrics: (offered) => {
      registry = offered;
    },
  });
  return {
    app,
    async metric(series) {
      const text = (await registry?.metrics()) ?? '';
      const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
      return Number(line?.slice(series.length) ?? 0);
    },
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}
