import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LocalServer } from '../support/local-server.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

/** A node in its own process, which a test may kill or freeze. */
export class NodeProcess extends LocalServer {
  get graphqlUrl(): string {
    return `http://127.0.0.1:${this.port}/graphql`;
  }
}

/** @param imports modules that are loaded first */
export async function startNodeProcess(
  env: Readonly<Record<string, string>>,
  imports: readonly string[] = [],
): Promise<NodeProcess> {
  const settings = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'info',
    LOG_FORMAT: 'json',
    RATE_LIMIT_PER_MINUTE: '0',
    QUERY_RATE_LIMIT_PER_MINUTE: '0',
    QUERY_COST_PER_SECOND: '0',
    MAX_SEATS_PER_ADDRESS: '0',
    MAX_CONNECTIONS_PER_ADDRESS: '0',
    MAX_WEBSOCKETS_PER_ADDRESS: '0',
    ...env,
  };
  const pairs = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const loaded = [...imports, tsx].flatMap((module) => ['--import', module]);
  const node = new NodeProcess(
    {
      path: '/usr/bin/env',
      args: (port) => [...pairs, `PORT=${port}`, process.execPath, ...loaded, main, 'serve'],
      readyMessage: 'Holdfast is ready',
      stopSignal: 'SIGTERM',
      runAs: undefined,
    },
    await mkdtemp(join(tmpdir(), 'holdfast-node-')),
  );
  await node.startOnFreePort();
  return node;
}
