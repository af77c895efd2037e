import type { Redis, Result } from 'ioredis';
import { gatheredByTurn } from './gathered-turn.ts';
import type { Guard } from './guard.ts';
import { defineScript, type ScriptArguments } from './scripts.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    hfCount(...keysAndArguments: ScriptArguments): Result<number[], Context>;
  }
}

/** The count, and what its window has left in milliseconds. */
export type Count = readonly [count: number, leftMs: number];

/** Counts in Redis. */
export class Counters {
  /** Counts one. Rejects if Redis could not be asked, or did not answer in time. */
  readonly count: (key: string) => Promise<Count>;

  constructor(redis: Redis, guard: Guard, windowSeconds: number) {
    defineScript(redis, 'hfCount', 'count');
    this.count = gatheredByTurn(
      () => 'all',
      async (keys) => {
        const answers = await guard.run(() => redis.hfCount(keys.length, ...keys, windowSeconds));
        return keys.map((_, at): Count => [answers[2 * at] ?? 0, answers[2 * at + 1] ?? 0]);
      },
    );
  }
}
