import { gatheredByTurn } from './gathered-turn.ts';
import { askFor, type Topology } from './topology/topology.ts';

/** The count, and what its window has left in milliseconds. */
export type Count = readonly [count: number, leftMs: number];

/** Counts in Redis. */
export class Counters {
  /** Counts one. Rejects if Redis could not be asked, or did not answer in time. */
  readonly count: (key: string) => Promise<Count>;

  constructor(topology: Topology, windowSeconds: number) {
    this.count = gatheredByTurn(
      (key) => topology.groupOf(key),
      async (keys) => {
        const answers = await askFor(topology, keys, (redis) => redis.hfCount(keys.length, ...keys, windowSeconds));
        return keys.map((_, at): Count => [answers[2 * at] ?? 0, answers[2 * at + 1] ?? 0]);
      },
    );
  }
}
