import type { RedisAddress } from '../../config/redis-url.ts';

export const SLOT_COUNT = 16_384;

export interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly master: RedisAddress;
  readonly replicas: readonly RedisAddress[];
}

/**
 * Reads the answer to CLUSTER SLOTS: for each range its first and last slot, its master and its replicas, each with host and
 * port first. A node that does not know its own host leaves it empty: it is the one that was `asked`. Throws where no slot has a
 * master, as with a node that has left its cluster.
 */
export function slotRangesOf(answer: unknown, asked: string): readonly SlotRange[] {
  const ranges = answer as readonly [first: number, last: number, ...nodes: [host: string | null, port: number][]][];
  if (ranges.length === 0) throw new Error('the node knows of no master');
  return ranges.flatMap(([first, last, ...nodes]) => {
    const [master, ...replicas] = nodes.map(([host, port]) => ({ host: host || asked, port }));
    return master === undefined ? [] : [{ first, last, master, replicas }];
  });
}
