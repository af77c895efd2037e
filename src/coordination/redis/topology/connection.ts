import { type Redis, ReplyError } from 'ioredis';
import type { Logger } from 'pino';
import { withinMs } from './client.ts';

/** How often a connection is asked for a sign of life, and how long it may take to give one. */
const HEARTBEAT_MS = 400;
const SIGN_OF_LIFE_MS = 1_000;

export interface ConnectionSettings {
  readonly redis: Redis;
  readonly logger: Logger;
  /** What must be done on each new connection before it can be relied on. Asked again until it does not reject. */
  readonly prepare: () => Promise<void>;
  readonly onUp: () => void;
  /** Also at each attempt that failed. */
  readonly onDown: (cause: Error | undefined) => void;
}

/**
 * Knows whether one connection can be relied on: up is connected, prepared, and answering. A Redis that is frozen, or
 * behind a dead network, leaves connections that look open; such a one is given up, and comes back by reconnecting.
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
    // Of one sentinel. That none of them could help comes as an error after it, and says less.
    settings.redis.on('sentinelError', (error: Error) => this.#note(error));
    settings.redis.on('close', () => this.#goDown());
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Makes it prepare again: something it was prepared for turned out to be missing. */
  distrust(cause: unknown): void {
    this.#isDistrusted = true;
    this.#note(cause);
    this.#goDown();
  }

  /** Sends what is under way, unless Redis takes too long to take it. */
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
      // It will not do so a moment later either, and says why.
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
    // Otherwise something was closed, which is told as well.
    else this.#goDown();
  }

  #giveUp(cause: unknown): void {
    const { redis } = this.#settings;
    this.distrust(cause);
    // Otherwise it was lost already and is about to reconnect, which a disconnect would put an end to.
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
    // The message alone: ioredis puts the command on the error, which for a handshake has the password in it.
    this.#settings.logger.debug({ reason: this.#lastError.message }, 'a Redis connection failed');
  }
}

/** Redis may not, or cannot, do what it is told to, whatever the moment. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && error instanceof ReplyError && /^NOPERM|^ERR DB index/.test(error.message);
}
