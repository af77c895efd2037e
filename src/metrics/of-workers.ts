import { AggregatorRegistry, type Registry } from 'prom-client';
import type { MetricsSource } from './serve-metrics.ts';

/** Of all workers of this primary, added up. */
export function metricsOfWorkers(): MetricsSource {
  const registry = new AggregatorRegistry();
  return { contentType: registry.contentType, metrics: () => registry.clusterMetrics() };
}

/** The worker's part: answers the primary, which asks by messages. */
export function offerToPrimary(registry: Registry): void {
  AggregatorRegistry.setRegistries(registry);
  // Listens for the primary as it is made, for as long as the worker is connected to it.
  new AggregatorRegistry();
}
