import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { RateLimitAnswer, RateLimiter } from '../coordination.ts';
import { createMemoryRateLimiter, unlimited, WINDOW_SECONDS } from '../in-process/rate-limiter.ts';
import { batchPerTick } from './batch-per-tick.ts';
import { limitKey } from './keys.ts';
import { askFor, type Topology } from './topology/topology.ts';

/** Keys that a node remembers as used up. For all others Redis is asked. */
const MAX_USED_UP = 100_000;

export interface RedisRateLimiterSettings {
  readonly topology: Topology;
  readonly logger: Logger;
}

/**
 * Counts over all nodes. While Redis cannot be reached, each node counts for itself, from 0. A node remembers keys that are used up until
 * their window ends, and does not ask Redis again.
 */
export function createRedisRateLimiter(
  { topology, logger }: RedisRateLimiterSettings,
  name: string,
  perMinute: number,
): RateLimiter {
  if (perMinute === 0) return unlimited;
  const count = counter(topology);
  const alone = createMemoryRateLimiter(perMinute);
  const usedUp = new LRUCache<string, true>({ max: MAX_USED_UP, ttlResolution: 0 });
  return {
    async consume(key): Promise<RateLimitAnswer> {
      const leftMs = usedUp.getRemainingTTL(key);
      if (leftMs > 0) return { allowed: false, retryAfterMs: Math.ceil(leftMs) };
      try {
        const { counted, windowMs } = await count(limitKey(name, key));
        if (counted >= perMinute) usedUp.set(key, true, { ttl: windowMs });
        return counted <= perMinute ? { allowed: true } : { allowed: false, retryAfterMs: windowMs };
      } catch (err) {
        logger.trace({ err }, 'a limit was counted by this node alone');
        return alone.consume(key);
      }
    },
  };
}

/** Increments the count of a key. Rejects if Redis could not be reached, or did not answer in time. */
function counter(topology: Topology) {
  return batchPerTick(
    (key: string) => topology.groupOf(key),
    async (keys) => {
      const answers = await askFor(topology, keys, (redis) => redis.hfRateLimit(keys.length, ...keys, WINDOW_SECONDS));
      return keys.map((_, at) => ({ counted: answers[2 * at] ?? 0, windowMs: Math.max(1, answers[2 * at + 1] ?? 0) }));
    },
  );
}
