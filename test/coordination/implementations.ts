import type { Coordination } from '../../src/coordination/coordination.ts';
import { createInProcessCoordination } from '../../src/coordination/in-process/coordination.ts';
import { connectRedis } from '../../src/coordination/redis/coordination.ts';
import { startCluster } from '../support/cluster.ts';
import { testRedis } from '../support/redis.ts';
import { startSentinelSetup } from '../support/sentinel.ts';
import { recordLogs } from './logs.ts';

/** Short enough to wait for, long enough to act within it on a busy machine. */
const TEST_LEASE_MS = 800;

/** One implementation, with the state that its nodes share. */
export interface Shared extends AsyncDisposable {
  openNode(): Promise<Coordination>;
}

/** With `isShared`, nodes receive each other's messages. */
export const implementations = [
  { name: 'in-process', isShared: false, share: shareNothing },
  { name: 'on Redis', isShared: true, share: async () => shareRedis(await testRedis()) },
  { name: 'on Redis with Sentinel', isShared: true, share: async () => shareRedis(await startSentinelSetup()) },
  { name: 'on a Redis Cluster', isShared: true, share: async () => shareRedis(await startCluster()) },
];

async function shareNothing(): Promise<Shared> {
  const now = () => performance.now();
  return {
    openNode: async () => createInProcessCoordination({ now, leaseMs: TEST_LEASE_MS }),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function shareRedis(redis: AsyncDisposable & { readonly url: string }): Promise<Shared> {
  return {
    openNode: () => connectRedis(redis.url, { logger: recordLogs().logger, leaseMs: TEST_LEASE_MS }),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}
