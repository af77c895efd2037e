import type { Redis, Result } from 'ioredis';
import type { Guard } from './guard.ts';
import { defineScript, type ScriptArguments } from './scripts.ts';

declare module 'ioredis' {
  interface RedisCommander<Context> {
    hfCount(...keysAndArguments: ScriptArguments): Result<number[], Context>;
  }
}

/** Counted by one call of the script, so that thousands do not keep Redis from others. */
const MAX_BATCH = 500;

/** The count, and what its window has left in milliseconds. */
export type Count = readonly [count: number, leftMs: number];

interface Waiting {
  readonly key: string;
  resolve(count: Count): void;
  reject(error: unknown): void;
}

/** Counts in Redis. What is asked in one turn of the event loop goes there together: alone, each would cost ten times as much. */
export class Counters {
  readonly #redis: Redis;
  readonly #guard: Guard;
  readonly #windowSeconds: number;
  #waiting: Waiting[] = [];

  constructor(redis: Redis, guard: Guard, windowSeconds: number) {
    this.#redis = redis;
    this.#guard = guard;
    this.#windowSeconds = windowSeconds;
    defineScript(redis, 'hfCount', 'count');
  }

  /** Counts one. Rejects if Redis could not be asked, or did not answer in time. */
  count(key: string): Promise<Count> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#send());
      this.#waiting.push({ key, resolve, reject });
    });
  }

  #send(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < waiting.length; from += MAX_BATCH) void this.#ask(waiting.slice(from, from + MAX_BATCH));
  }

  async #ask(batch: readonly Waiting[]): Promise<void> {
    try {
      const keys = batch.map(({ key }) => key);
      const answers = await this.#guard.run(() => this.#redis.hfCount(keys.length, ...keys, this.#windowSeconds));
      for (const [at, { resolve }] of batch.entries()) resolve([answers[2 * at] ?? 0, answers[2 * at + 1] ?? 0]);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
