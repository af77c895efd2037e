import type { Logger } from 'pino';
import type { RedisTarget } from '../../config/redis-url.ts';
import { connectOnceToNode, connectToMaster, connectToNode } from './client.ts';
import { ClusterMasters } from './cluster.ts';
import { Master, type MasterListener } from './master.ts';
import type { Masters } from './masters.ts';
import { NotificationFlags } from './notification-flags.ts';
import type { Reachability } from './reachability.ts';
import { SoleMaster } from './sole-master.ts';

export interface MastersListener extends MasterListener {
  /** Some keys may have another master than before. */
  onMoved(): void;
}

/** The one place that knows what kind of Redis there is. The listener is not called before this has returned. */
export function openMasters(
  target: RedisTarget,
  reachability: Reachability,
  logger: Logger,
  listener: MastersListener,
): Masters {
  const common = { listener, reachability, logger, flags: new NotificationFlags(logger) };
  if (target.kind !== 'cluster') {
    return new SoleMaster({ ...common, connect: () => connectToMaster(target) });
  }
  const masters: ClusterMasters = new ClusterMasters({
    seeds: target.addresses,
    openMaster: (address) =>
      new Master({
        ...common,
        connect: () => connectToNode(target, address),
        shard: `${address.host}:${address.port}`,
        onRedirected: (master) => masters.lookSoon(master),
      }),
    connect: (address) => connectOnceToNode(target, address),
    onLooked: () => listener.onMoved(),
    reachability,
    logger,
  });
  return masters;
}
