import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { parseRedisUrl } from '../../config/redis-url.ts';
import type { Coordination } from '../coordination.ts';
import { RedisBus } from './bus.ts';
import { RedisExpiryNotifications } from './expiry.ts';
import { RedisGate } from './gate.ts';
import { openMasters } from './open-masters.ts';
import { createRedisRateLimiter } from './rate-limiter.ts';
import { Reachability } from './reachability.ts';

/** How long a start waits for Redis before it goes on without. */
const START_WITHIN_MS = 1_500;

export interface RedisSettings {
  readonly logger: Logger;
  /** Named in messages between nodes. */
  readonly nodeId: string;
  /** For tests: how long a mark stands before its reservation is committed. */
  readonly leaseMs?: number | undefined;
}

/** With Redis down it starts unreachable, says so, and recovers by itself. Rejects for a URL that cannot be used alone. */
export async function connectRedis(url: string, { logger, nodeId, leaseMs }: RedisSettings): Promise<Coordination> {
  const reachability = new Reachability(logger);
  const masters = openMasters(parseRedisUrl(url), reachability, logger, {
    onCommandable: () => bus.revealUnheard(),
    onSubscribable: (master) => bus.resubscribe(master),
    onUnsubscribed: (master) => bus.forget(master),
    onMoved: () => {
      bus.revealUnheard();
      void bus.follow();
    },
    onMessage: (channel, text) => bus.onMessage(channel, text),
    onKeyspaceEvent: (channel, happened) => expiry.onKeyspaceEvent(channel, happened),
  });
  const bus = new RedisBus({ masters, logger, sender: `${nodeId}:${randomUUID()}` });
  const expiry = new RedisExpiryNotifications(masters, logger);

  await reachability.known(START_WITHIN_MS);
  return {
    gate: new RedisGate({ masters, logger, leaseMs }),
    bus,
    expiry,
    rateLimiter: (name, perMinute) => createRedisRateLimiter({ masters, logger }, name, perMinute),
    get reachable() {
      return reachability.isReachable;
    },
    onReachableChange: (listener) => reachability.onChange(listener),
    [Symbol.asyncDispose]: async () => {
      reachability.close();
      expiry[Symbol.dispose]();
      await masters[Symbol.asyncDispose]();
    },
  };
}
