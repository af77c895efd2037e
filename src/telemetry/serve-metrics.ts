import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { AggregatorRegistry, type Registry } from 'prom-client';

/** A registry of prom-client, or one that aggregates those of several workers. */
export interface MetricsSource {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** The metrics of all workers of this primary, added up. */
export function metricsOfWorkers(): MetricsSource {
  const registry = new AggregatorRegistry();
  return { contentType: registry.contentType, metrics: () => registry.clusterMetrics() };
}

/** In a worker: answers the primary's requests for metrics. */
export function offerToPrimary(registry: Registry): void {
  AggregatorRegistry.setRegistries(registry);
  // The constructor listens for the primary's messages, for as long as the worker is connected to it.
  new AggregatorRegistry();
}

/** Serves `/metrics` on an address of its own, because metrics are not public. Rejects if it cannot listen there. */
export async function serveMetrics(
  source: MetricsSource,
  { host, port }: { readonly host: string; readonly port: number },
  logger: Logger,
): Promise<AsyncDisposable> {
  const server = createServer(async ({ url, method }, response) => {
    if (url?.split('?', 1)[0] !== '/metrics') return void response.writeHead(404).end();
    if (method !== 'GET') return void response.writeHead(405, { allow: 'GET' }).end();
    try {
      const text = await source.metrics();
      response.writeHead(200, { 'content-type': source.contentType }).end(text);
    } catch {
      // A worker that is stopping does not answer.
      response.writeHead(503).end();
    }
  });
  server.listen({ host, port });
  await once(server, 'listening');
  const { port: realPort } = server.address() as AddressInfo;
  logger.info(`metrics: http://${host.includes(':') ? `[${host}]` : host}:${realPort}/metrics`);
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
