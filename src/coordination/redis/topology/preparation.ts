import { type Redis, ReplyError } from 'ioredis';
import type { Logger } from 'pino';
import { isRedirection } from './client.ts';

// What is done on each new connection before it can be relied on.

const SETTING = 'notify-keyspace-events';

/** From this version on, the messages of a cluster's channel stay with the master that has the channel's slot. */
const SHARDED_PUBSUB_SINCE = 7;

/** Stands for all of ours, which begin alike; nothing is ever stored there. */
const RIGHTS_KEY = 'hf:{rights}:reservation:none';

/** Makes Redis announce expired keys, and says once what to set if it may not be told so. */
export class NotificationFlags {
  readonly #logger: Logger;
  #hasWarned = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Needed on every new connection: a restarted Redis has forgotten it. Rejects only if Redis did not answer. */
  async enable(redis: Redis): Promise<void> {
    try {
      const [, flags = ''] = (await redis.config('GET', SETTING)) as string[];
      const wanted = withExpired(flags);
      if (wanted !== flags) await redis.config('SET', SETTING, wanted);
    } catch (err) {
      if (!(err instanceof ReplyError)) throw err;
      this.#warnOnce(err);
    }
  }

  #warnOnce(err: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#logger.warn(
      { err },
      `Redis refuses to be configured. Set ${SETTING} to "Kx" (or more) in its own configuration; ` +
        'until then expired reservations are noticed later.',
    );
  }
}

/** Adds what announces expired keys (K: by key, x: expired) to flags that others may rely on. `A` includes `x`. */
export function withExpired(flags: string): string {
  const keyspace = flags.includes('K') ? '' : 'K';
  const expired = /[xA]/.test(flags) ? '' : 'x';
  return flags + keyspace + expired;
}

export async function hasShardedPubSub(redis: Redis): Promise<boolean> {
  const [, version] = /^redis_version:(\d+)/m.exec(await redis.info('server')) ?? [];
  return Number(version) >= SHARDED_PUBSUB_SINCE;
}

/** Rejects for what Redis does not have, or its user may not do, at the start rather than at every request. */
export async function expectRights(redis: Redis): Promise<void> {
  const { db = 0 } = redis.options;
  const tried = [redis.hfTouch(1, RIGHTS_KEY), redis.get(RIGHTS_KEY), redis.publish(RIGHTS_KEY, '')];
  // The client goes on with database 0 where it could not select another.
  const selected = db === 0 ? [] : [redis.select(db)];
  for (const answer of await Promise.allSettled([...selected, ...tried]))
    if (answer.status === 'rejected' && !isRedirection(answer.reason)) throw answer.reason;
}
