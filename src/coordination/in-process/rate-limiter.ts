import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimitAnswer, RateLimiter } from '../coordination.ts';

const WINDOW_SECONDS = 60;

/** For an allowance of 0, which means no limit. */
export const unlimited: RateLimiter = { consume: async () => ({ allowed: true }) };

/** The settings of one limiter, the same for every place that may count. Keys read `hf:limit:<name>:<key>`. */
export function limiterSettings(name: string, perMinute: number) {
  return { keyPrefix: `hf:limit:${name}`, points: perMinute, duration: WINDOW_SECONDS };
}

/** Counts for this node alone. */
export function createMemoryRateLimiter(name: string, perMinute: number): RateLimiter {
  if (perMinute === 0) return unlimited;
  const limiter = new RateLimiterMemory(limiterSettings(name, perMinute));
  return { consume: (key) => toAnswer(limiter.consume(key)) };
}

/** The library rejects with the count when the allowance is used up; that is an answer. Rejects on faults only. */
export async function toAnswer(consumed: Promise<RateLimiterRes>): Promise<RateLimitAnswer> {
  try {
    await consumed;
    return { allowed: true };
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    return { allowed: false, retryAfterMs: Math.max(1, refusal.msBeforeNext) };
  }
}
