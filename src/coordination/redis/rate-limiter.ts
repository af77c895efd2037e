import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { RateLimitAnswer, RateLimiter } from '../coordination.ts';
import { createMemoryRateLimiter, limiterSettings, toAnswer, unlimited } from '../in-process/rate-limiter.ts';
import type { Guard } from './guard.ts';

export interface RedisRateLimiterSettings {
  readonly redis: Redis;
  readonly guard: Guard;
  readonly logger: Logger;
}

/** Counts over all nodes; while Redis is left alone each node counts for itself, from 0. */
export function createRedisRateLimiter(
  { redis, guard, logger }: RedisRateLimiterSettings,
  name: string,
  perMinute: number,
): RateLimiter {
  if (perMinute === 0) return unlimited;
  const shared = new RateLimiterRedis({ ...limiterSettings(name, perMinute), storeClient: redis });
  // Not the library's own insurance: that comes into play only after each request has waited for Redis once more.
  const own = createMemoryRateLimiter(name, perMinute);
  return {
    async consume(key): Promise<RateLimitAnswer> {
      try {
        return await guard.run(() => toAnswer(shared.consume(key)));
      } catch (err) {
        logger.trace({ err }, 'a limit was counted by this node alone');
        return own.consume(key);
      }
    },
  };
}
