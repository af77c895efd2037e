import { type Redis, ReplyError } from 'ioredis';
import type { Logger } from 'pino';
import { withinMs } from './client.ts';

/** Interval of pings on a connection, and how long an answer may take. */
const HEARTBEAT_MS = 400;
const SIGN_OF_LIFE_MS = 1_000;

export interface ConnectionSettings {
  readonly redis: Redis;
  readonly logger: Logger;
  /** What must be done on each new connection before it can be used. Called again until it does not reject. */
  readonly prepare: () => Promise<void>;
  readonly onUp: () => void;
  /** Also called for each failed attempt. */
  readonly onDown: (cause: Error | undefined) => void;
}

/**
 * Health of one connection. It is up when it is connected, prepared and answering. A Redis that is frozen or behind a dead network leaves
 * connections that look open: those are closed, and come back by reconnecting.
 */
export class Connection implements AsyncDisposable {
  readonly #settings: ConnectionSettings;
  readonly #heartbeat: NodeJS.Timeout;
  #isUp = false;
  #isClosed = false;
  #isPreparing = false;
  #isDistrusted = false;
  #isBeating = false;
  #lastError: Error | undefined;

  constructor(settings: ConnectionSettings) {
    this.#settings = settings;
    settings.redis.on('ready', () => this.#prepare());
    settings.redis.on('error', (error: Error) => this.#onError(error));
    // The error of one sentinel. That all are unreachable follows as another error, which says less.
    settings.redis.on('sentinelError', (error: Error) => this.#note(error));
    settings.redis.on('close', () => this.#goDown());
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Has the connection prepared again, because something of its preparation turned out to be missing. */
  distrust(cause: unknown): void {
    this.#isDistrusted = true;
    this.#note(cause);
    this.#goDown();
  }

  /** Lets commands in flight end, within the command timeout. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#heartbeat);
    const { redis } = this.#settings;
    await redis.quit().catch((error: unknown) => this.#note(error));
    redis.disconnect();
  }

  async #prepare(): Promise<void> {
    if (this.#isPreparing) return;
    this.#isPreparing = true;
    this.#isDistrusted = false;
    try {
      await this.#settings.prepare();
      if (this.#settings.redis.status === 'ready' && !this.#isDistrusted) this.#goUp();
    } catch (error) {
      this.#note(error);
      // Trying again would not help, so that the reason is reported now.
      if (isRefusal(error)) this.#goDown();
    } finally {
      this.#isPreparing = false;
    }
  }

  async #beat(): Promise<void> {
    const { redis } = this.#settings;
    if (redis.status !== 'ready' || this.#isBeating) return;
    this.#isBeating = true;
    try {
      await withinMs(SIGN_OF_LIFE_MS, redis.ping());
      if (!this.#isUp) await this.#prepare();
    } catch (error) {
      this.#giveUp(error);
    } finally {
      this.#isBeating = false;
    }
  }

  #onError(error: Error): void {
    if (!error.message.startsWith('All sentinels are unreachable')) this.#note(error);
    // For all other errors a socket is closed, and `close` follows.
    else this.#goDown();
  }

  #giveUp(cause: unknown): void {
    const { redis } = this.#settings;
    this.distrust(cause);
    // Otherwise the connection is lost already and about to reconnect, which `disconnect` would stop.
    if (redis.status === 'ready') redis.disconnect(true);
  }

  #goUp(): void {
    if (this.#isUp || this.#isClosed) return;
    this.#isUp = true;
    this.#lastError = undefined;
    this.#settings.onUp();
  }

  #goDown(): void {
    this.#isUp = false;
    if (!this.#isClosed) this.#settings.onDown(this.#lastError);
  }

  #note(error: unknown): void {
    this.#lastError = error instanceof Error ? error : new Error(String(error));
    // Only the message: ioredis puts the command on the error, which for a handshake contains the password.
    this.#settings.logger.debug({ reason: this.#lastError.message }, 'a Redis connection failed');
  }
}

/** Whether Redis refuses the command for good. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error instanceof ReplyError && /^NOPERM|^ERR DB index/.test(error.message);
}
