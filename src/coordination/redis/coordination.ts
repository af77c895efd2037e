import type { Logger } from 'pino';
import { parseRedisUrl } from '../../config/redis-url.ts';
import { OperatorError } from '../../operator-error.ts';
import { type Coordination, uncounted } from '../coordination.ts';
import { RedisBus } from './bus.ts';
import { RedisExpiryNotifications } from './expiry.ts';
import { RedisGate } from './gate.ts';
import { RedisHeldSeats } from './held-seats.ts';
import { createRedisRateLimiter } from './rate-limiter.ts';
import { RedisHealth } from './topology/health.ts';
import { openTopology } from './topology/open.ts';

/** How long a node waits for Redis at its start before it continues without. */
const START_WITHIN_MS = 1_500;

export interface RedisSettings {
  readonly logger: Logger;
  /** For tests: TTL of a claim before its reservation is committed. */
  readonly leaseMs?: number | undefined;
}

/** Redis cannot be used with these settings. */
export class RedisUnusable extends OperatorError {
  override readonly name = 'RedisUnusable';
}

/**
 * While Redis is down it starts as unreachable, logs that, and recovers by itself. Rejects only for a URL that cannot be used, or that
 * names a database which Redis does not have.
 */
export async function connectRedis(url: string, { logger, leaseMs }: RedisSettings): Promise<Coordination> {
  const health = new RedisHealth(logger);
  const target = parseRedisUrl(url);
  const topology = openTopology(target, health, logger, {
    onSubscribable: (master) => bus.resubscribe(master),
    onUnsubscribed: (master) => bus.forget(master),
    onMoved: () => void bus.follow(),
    onMessage: (channel, text) => bus.onMessage(channel, text),
    onKeyspaceEvent: (channel, happened) => expiry.onKeyspaceEvent(channel, happened),
  });
  const bus = new RedisBus({ masters: topology, logger });
  const expiry = new RedisExpiryNotifications(topology, logger);

  const close = async () => {
    health.close();
    expiry[Symbol.dispose]();
    await topology[Symbol.asyncDispose]();
  };
  await health.known(START_WITHIN_MS);
  if (/DB index is out of range/.test(health.cause?.message ?? '')) {
    await close();
    throw new RedisUnusable(
      `Redis has no database ${target.database}, which REDIS_URL names; name one below its \`databases\` (16, unless it says otherwise)`,
    );
  }
  return {
    gate: new RedisGate({ topology, logger, leaseMs }),
    bus,
    expiry,
    rateLimiter: (name, perMinute) => createRedisRateLimiter({ topology, logger }, name, perMinute),
    heldSeats: (maxPerAddress) =>
      maxPerAddress === 0 ? uncounted : new RedisHeldSeats({ topology, logger, maxPerAddress }),
    get reachable() {
      return health.isReachable;
    },
    onReachableChange: (listener) => health.onChange(listener),
    [Symbol.asyncDispose]: close,
  };
}
