import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Coordination } from '../coordination.ts';
import { RedisBus } from './bus.ts';
import { openConnections } from './client.ts';
import { RedisExpiryNotifications } from './expiry.ts';
import { RedisGate } from './gate.ts';
import { Guard } from './guard.ts';
import { NotificationFlags } from './notification-flags.ts';
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

/** Never rejects: with Redis down it starts unreachable, says so, and recovers by itself. */
export async function connectRedis(url: string, { logger, nodeId, leaseMs }: RedisSettings): Promise<Coordination> {
  const { commands, subscriptions, database } = openConnections(url);
  const reachability = new Reachability(logger);
  const flags = new NotificationFlags(commands, logger);
  const expiry = new RedisExpiryNotifications({ commands, subscriptions, database, logger });
  const bus = new RedisBus({
    commands,
    subscriptions,
    logger,
    sender: `${nodeId}:${randomUUID()}`,
    onSubscribeFailed: (cause) => pushes.distrust(cause),
  });

  const requests = reachability.watch(commands, async () => {
    await flags.enable();
    bus.revealUnheard();
  });
  const pushes = reachability.watch(subscriptions, async () => {
    await expiry.resubscribe();
    await bus.resubscribe();
  });
  const guard = new Guard(() => requests.isUp, logger);

  await reachability.known(START_WITHIN_MS);
  return {
    gate: new RedisGate({ redis: commands, guard, logger, leaseMs }),
    bus,
    expiry,
    rateLimiter: (name, perMinute) => createRedisRateLimiter({ redis: commands, guard, logger }, name, perMinute),
    get reachable() {
      return reachability.isReachable;
    },
    onReachableChange: (listener) => reachability.onChange(listener),
    [Symbol.asyncDispose]: async () => {
      expiry[Symbol.dispose]();
      await reachability[Symbol.asyncDispose]();
    },
  };
}
