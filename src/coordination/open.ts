import type { Logger } from 'pino';
import type { Coordination } from './coordination.ts';
import { createInProcessCoordination } from './in-process/coordination.ts';
import { connectRedis } from './redis/coordination.ts';

export interface CoordinationSettings {
  /** None: this node is the only one. */
  readonly redisUrl?: string | undefined;
  readonly logger: Logger;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Whoever opens it closes it. Does not wait for a Redis that is down, and does not reject for it. */
export async function openCoordination({ redisUrl, logger, now }: CoordinationSettings): Promise<Coordination> {
  if (redisUrl === undefined) return createInProcessCoordination({ now });
  return connectRedis(redisUrl, { logger });
}
