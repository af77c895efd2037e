import type { Logger } from 'pino';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { RateLimitAnswer, RateLimiter } from '../coordination.ts';
import { createMemoryRateLimiter, limiterSettings, toAnswer, unlimited } from '../in-process/rate-limiter.ts';
import { type Count, Counters } from './counters.ts';
import type { Topology } from './topology/topology.ts';

export interface RedisRateLimiterSettings {
  readonly topology: Topology;
  readonly logger: Logger;
}

/**
 * Counts over all nodes; while Redis is left alone each node counts for itself, from 0. A node remembers who has used up
 * an allowance until the window ends, and does not ask again.
 */
export function createRedisRateLimiter(
  { topology, logger }: RedisRateLimiterSettings,
  name: string,
  perMinute: number,
): RateLimiter {
  if (perMinute === 0) return unlimited;
  const settings = limiterSettings(name, perMinute);
  const shared = new RateLimiterRedis({
    ...settings,
    inMemoryBlockOnConsumed: perMinute,
    storeClient: limiterClient(new Counters(topology, settings.duration)),
  });
  // Not the library's own insurance: that comes into play only after each request has waited for Redis once more.
  const own = createMemoryRateLimiter(name, perMinute);
  return {
    async consume(key): Promise<RateLimitAnswer> {
      try {
        return await toAnswer(shared.consume(key));
      } catch (err) {
        logger.trace({ err }, 'a limit was counted by this node alone');
        return own.consume(key);
      }
    },
  };
}

/** As much of an ioredis as the library uses to count one: its script, by the name under which it defines it. */
function limiterClient(counters: Counters) {
  return {
    defineCommand: () => {},
    rlflxIncr: ([key]: readonly [key: string]): Promise<Count> => counters.count(key),
  };
}
