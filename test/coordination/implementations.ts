import type { Coordination } from '../../src/coordination/coordination.ts';
import { createInProcessCoordination } from '../../src/coordination/in-process/coordination.ts';
import { connectRedis } from '../../src/coordination/redis/coordination.ts';
import { testRedis } from '../support/redis.ts';
import { recordLogs } from './logs.ts';

/** Short enough to wait for, long enough to do something within it on a busy machine. */
const TEST_LEASE_MS = 800;

/** One way to coordinate, with what its nodes share. */
export interface Shared extends AsyncDisposable {
  openNode(): Promise<Coordination>;
}

export const implementations = [
  { name: 'in-process', share: shareNothing },
  { name: 'on Redis', share: shareRedis },
];

async function shareNothing(): Promise<Shared> {
  const now = () => performance.now();
  return {
    openNode: async () => createInProcessCoordination({ now, leaseMs: TEST_LEASE_MS }),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function shareRedis(): Promise<Shared> {
  const redis = await testRedis();
  return {
    openNode: () => connectRedis(redis.url, { logger: recordLogs().logger, nodeId: 'node', leaseMs: TEST_LEASE_MS }),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}
