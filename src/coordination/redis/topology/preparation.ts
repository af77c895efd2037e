import { type Redis, ReplyError } from 'ioredis';
import type { Logger } from 'pino';
import { isRedirection } from './client.ts';

// What is done on each new connection before it is used.

const SETTING = 'notify-keyspace-events';

/** Sharded pub/sub exists since this version: messages of a channel stay with the master that has its slot. */
const SHARDED_PUBSUB_SINCE = 7;

/** Has the prefix of all of our keys. Nothing is ever stored there. */
const RIGHTS_KEY = 'hf:{rights}:reservation:none';

/** Enables notifications of expired keys, or logs once what to set if Redis refuses to be configured. */
export class NotificationFlags {
  readonly #logger: Logger;
  #hasWarned = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Called for every new connection, because a restarted Redis has lost the setting. Rejects only if Redis did not answer. */
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

/** Adds the flags for expired keys (K: by key, x: expired) to those that are set, on which others may rely. `A` includes `x`. */
export function withExpired(flags: string): string {
  const keyspace = flags.includes('K') ? '' : 'K';
  const expired = /[xA]/.test(flags) ? '' : 'x';
  return flags + keyspace + expired;
}

export async function hasShardedPubSub(redis: Redis): Promise<boolean> {
  const [, version] = /^redis_version:(\d+)/m.exec(await redis.info('server')) ?? [];
  return Number(version) >= SHARDED_PUBSUB_SINCE;
}

/** Rejects if Redis lacks a command, or its user a right, so that it is reported at start and not by every request. */
export async function expectRights(redis: Redis): Promise<void> {
  const { db = 0 } = redis.options;
  const tried = [redis.hfTouch(1, RIGHTS_KEY), redis.get(RIGHTS_KEY), redis.publish(RIGHTS_KEY, '')];
  // ioredis continues with database 0 if it could not select another.
  const selected = db === 0 ? [] : [redis.select(db)];
  for (const answer of await Promise.allSettled([...selected, ...tried]))
    if (answer.status === 'rejected' && !isRedirection(answer.reason)) throw answer.reason;
}
