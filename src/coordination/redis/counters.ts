import { gatheredByTurn } from './gathered-turn.ts';
import { askFor, type Masters } from './masters.ts';

/** The count, and what its window has left in milliseconds. */
export type Count = readonly [count: number, leftMs: number];

/** Counts in Redis. */
export class Counters {
  /** Counts one. Rejects if Redis could not be asked, or did not answer in time. */
  readonly count: (key: string) => Promise<Count>;

  constructor(masters: Masters, windowSeconds: number) {
    this.count = gatheredByTurn(
      (key) => masters.groupOf(key),
      async (keys) => {
        const answers = await askFor(masters, keys, (redis) => redis.hfCount(keys.length, ...keys, windowSeconds));
        return keys.map((_, at): Count => [answers[2 * at] ?? 0, answers[2 * at + 1] ?? 0]);
      },
    );
  }
}
