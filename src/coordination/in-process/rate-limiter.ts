import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimiter } from '../coordination.ts';

export const WINDOW_SECONDS = 60;

/** For a limit of 0, which means no limit. */
export const unlimited: RateLimiter = { consume: async () => ({ allowed: true }) };

/** Counts for one node. */
export function createMemoryRateLimiter(perMinute: number): RateLimiter {
  if (perMinute === 0) return unlimited;
  const limiter = new RateLimiterMemory({ points: perMinute, duration: WINDOW_SECONDS });
  return {
    async consume(key) {
      try {
        await limiter.consume(key);
        return { allowed: true };
      } catch (refusal) {
        // The library rejects with a `RateLimiterRes` when the limit is reached.
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        return { allowed: false, retryAfterMs: Math.max(1, refusal.msBeforeNext) };
      }
    },
  };
}
