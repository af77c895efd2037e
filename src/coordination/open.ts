import type { Logger } from 'pino';
import type { Coordination } from './coordination.ts';
import { createInProcessCoordination } from './in-process/coordination.ts';
import { connectRedis } from './redis/coordination.ts';

export interface CoordinationSettings {
  /** Undefined when this node is the only one. */
  readonly redisUrl?: string | undefined;
  readonly logger: Logger;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** The caller closes it. Waits for a Redis that is down only briefly, and does not reject because of it. */
export async function openCoordination({ redisUrl, logger, now }: CoordinationSettings): Promise<Coordination> {
  if (redisUrl === undefined) return createInProcessCoordination({ now });
  return connectRedis(redisUrl, { logger });
}
