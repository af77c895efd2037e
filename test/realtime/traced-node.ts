import { pino } from 'pino';
import { type App, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { nodeEnv } from '../support/node.ts';

export interface TracedNode extends AsyncDisposable {
  readonly app: App;
  /** Number of executions of shared operations so far. */
  readonly executions: () => number;
}

/** A node whose traces are counted. */
export async function startTracedNode(env: NodeJS.ProcessEnv = {}): Promise<TracedNode> {
  const counts = new Map<string, number>();
  const write = (line: string) => {
    const { msg } = JSON.parse(line);
    counts.set(msg, (counts.get(msg) ?? 0) + 1);
  };
  const app = await createApp(readConfig({ ...nodeEnv, ...env }), { logger: pino({ level: 'trace' }, { write }) });
  return {
    app,
    executions: () => counts.get('executed for every subscriber') ?? 0,
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}
