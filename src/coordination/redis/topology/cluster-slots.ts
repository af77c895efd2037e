import type { Redis } from 'ioredis';
import type { RedisAddress } from '../../../config/redis-url.ts';
import { withinMs } from './client.ts';

export const SLOT_COUNT = 16_384;

/** A node that takes longer to answer is skipped. */
const ANSWER_WITHIN_MS = 500;

export interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly master: RedisAddress;
  readonly replicas: readonly RedisAddress[];
}

/**
 * Awaits and parses an answer to CLUSTER SLOTS: for each range its first and last slot, its master and its replicas, each with host and
 * port first. A node that does not know its own host leaves it empty; it is then the one that was `asked`. Rejects if no slot has a
 * master, as with a node that has left its cluster.
 */
export async function slotRanges(answer: Promise<unknown>, asked: string): Promise<readonly SlotRange[]> {
  const ranges = (await withinMs(ANSWER_WITHIN_MS, answer)) as readonly [
    first: number,
    last: number,
    ...nodes: [host: string | null, port: number][],
  ][];
  if (ranges.length === 0) throw new Error('the node knows of no master');
  return ranges.flatMap(([first, last, ...nodes]) => {
    const [master, ...replicas] = nodes.map(([host, port]) => ({ host: host || asked, port }));
    return master === undefined ? [] : [{ first, last, master, replicas }];
  });
}

/** Asks all nodes; the first answer counts. `connect` makes connections that are not connected yet. */
export function askAnyNode(
  nodes: readonly RedisAddress[],
  connect: (address: RedisAddress) => Redis,
): Promise<readonly SlotRange[]> {
  return Promise.any(nodes.map((address) => askNode(connect(address), address.host)));
}

async function askNode(redis: Redis, host: string): Promise<readonly SlotRange[]> {
  let cause: Error | undefined;
  redis.on('error', (error: Error) => {
    cause = error;
  });
  try {
    return await slotRanges(
      redis.connect().then(() => redis.cluster('SLOTS')),
      host,
    );
  } catch (error) {
    throw cause ?? error;
  } finally {
    redis.disconnect();
  }
}
