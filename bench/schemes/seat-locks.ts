import { Redis } from 'ioredis';
import type { Hold, Wanted } from './scheme.ts';

/** Deletes keys that still have this value: `KEYS` the locks, `ARGV[1]` their owner. */
const RELEASE = `
  for _, key in ipairs(KEYS) do
    if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
  end`;

/** A lock with a deadline for each seat, as in Redis' documentation for a single instance. */
export class SeatLocks implements AsyncDisposable {
  readonly #redis: Redis;

  constructor(redisUrl: string) {
    this.#redis = new Redis(redisUrl);
  }

  /** All of the seats until the hold expires, or none. */
  async acquire(wanted: Wanted, { id, createdAt, expiresAt }: Hold): Promise<boolean> {
    const ttlMs = expiresAt.getTime() - createdAt.getTime();
    const acquired: string[] = [];
    for (const key of keysOf(wanted)) {
      if ((await this.#redis.set(key, id, 'PX', ttlMs, 'NX')) === null) {
        await this.#delete(acquired, id);
        return false;
      }
      acquired.push(key);
    }
    return true;
  }

  async release(wanted: Wanted, { id }: Hold): Promise<void> {
    await this.#delete(keysOf(wanted), id);
  }

  async #delete(keys: readonly string[], owner: string): Promise<void> {
    if (keys.length > 0) await this.#redis.eval(RELEASE, keys.length, ...keys, owner);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#redis.quit();
  }
}

function keysOf({ eventId, seats }: Wanted): string[] {
  return seats.map((index) => `seat-lock:${eventId}:${index}`);
}
