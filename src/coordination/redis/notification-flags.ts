import { type Redis, ReplyError } from 'ioredis';
import type { Logger } from 'pino';

const SETTING = 'notify-keyspace-events';

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
