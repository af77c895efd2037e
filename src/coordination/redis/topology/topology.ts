import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { RedisTarget } from '../../../config/redis-url.ts';
import { connectOnceToNode, connectToMaster, connectToNode } from './client.ts';
import { ClusterTopology } from './cluster.ts';
import type { RedisHealth } from './health.ts';
import { Master, type MasterListener, type MasterSettings } from './master.ts';
import { NotificationFlags } from './preparation.ts';

/** Which Redis has which key. */
export interface Topology extends AsyncDisposable {
  /** Keys of one group may go into one script. */
  groupOf(key: string): number;
  /** Undefined while none is known. */
  of(key: string): Master | undefined;
}

export interface TopologyListener extends MasterListener {
  /** Some keys may have another master than before. */
  onMoved(): void;
}

/** The one place that knows what kind of Redis there is. The listener is not called before this has returned. */
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

/** Has the master of these keys, all of one group and at least one, do the work. Rejects as `Master.ask`, or if there is none. */
export async function askFor<T>(
  topology: Topology,
  keys: readonly string[],
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const master = topology.of(keys[0] ?? '');
  if (master === undefined) throw new Error('no master of the key is known');
  return master.ask(work);
}

/** One server by itself, or the one that sentinels say is the master: it has every key. */
class SingleNode implements Topology {
  readonly #master: Master;
  #hasWarned = false;

  constructor(settings: Omit<MasterSettings, 'onRedirected'>) {
    this.#master = new Master({ ...settings, onRedirected: () => this.#warnOnce(settings.logger) });
  }

  groupOf(): number {
    return 0;
  }

  of(): Master {
    return this.#master;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#master[Symbol.asyncDispose]();
  }

  #warnOnce(logger: Logger): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    logger.warn(
      'Redis turns out to be a node of a cluster, and is of little use like this: put redis+cluster:// before its address',
    );
  }
}
