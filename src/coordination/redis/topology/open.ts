import type { Logger } from 'pino';
import type { RedisTarget } from '../../../config/redis-url.ts';
import { connectOnceToNode, connectToMaster, connectToNode } from './client.ts';
import { ClusterTopology } from './cluster.ts';
import type { RedisHealth } from './health.ts';
import { Master, type MasterListener } from './master.ts';
import { NotificationFlags } from './preparation.ts';
import { SingleNode, type Topology } from './topology.ts';

export interface TopologyListener extends MasterListener {
  /** Keys may have moved to other masters. */
  onMoved(): void;
}

/** The only place that distinguishes kinds of Redis. The listener is not called before this has returned. */
export function openTopology(
  target: RedisTarget,
  health: RedisHealth,
  logger: Logger,
  listener: TopologyListener,
): Topology {
  const common = { listener, health, logger, flags: new NotificationFlags(logger) };
  if (target.kind !== 'cluster') return new SingleNode({ ...common, connect: () => connectToMaster(target) });
  const cluster: ClusterTopology = new ClusterTopology({
    seeds: target.addresses,
    openMaster: (address) =>
      new Master({
        ...common,
        connect: () => connectToNode(target, address),
        shard: `${address.host}:${address.port}`,
        onRedirected: (master) => cluster.refreshSoon(master),
      }),
    connect: (address) => connectOnceToNode(target, address),
    onRefreshed: () => listener.onMoved(),
    health,
    logger,
  });
  return cluster;
}
