import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Listeners } from '../listeners.ts';
import { Connection } from './connection.ts';

/** Redis can be reached while every one of its connections is up. Each change is told and logged once. */
export class Reachability implements AsyncDisposable {
  readonly #logger: Logger;
  readonly #connections: Connection[] = [];
  readonly #listeners = new Listeners<boolean>();
  /** Undefined until it has turned out one way or the other. */
  #isReachable: boolean | undefined;
  #isClosing = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get isReachable(): boolean {
    return this.#isReachable === true;
  }

  /** Takes a connection over. `prepare` as in `ConnectionSettings`. */
  watch(redis: Redis, prepare: () => Promise<void>): Connection {
    const connection = new Connection({
      redis,
      prepare,
      logger: this.#logger,
      onUp: () => this.#onUp(),
      onDown: (cause) => this.#set(false, cause),
    });
    this.#connections.push(connection);
    return connection;
  }

  onChange(listener: (reachable: boolean) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Resolves once it has turned out; what has not after `timeoutMs` counts as out of reach. */
  async known(timeoutMs: number): Promise<void> {
    const known = new AbortController();
    const timeUp = sleep(timeoutMs, undefined, { signal: known.signal });
    await Promise.race([new Promise<boolean>((resolve) => this.onChange(resolve)), timeUp]);
    known.abort();
    this.#set(this.isReachable, new Error(`Redis did not answer within ${timeoutMs} ms`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosing = true;
    await Promise.all(this.#connections.map((connection) => connection[Symbol.asyncDispose]()));
  }

  #onUp(): void {
    if (this.#connections.every(({ isUp }) => isUp)) this.#set(true);
  }

  #set(isReachable: boolean, cause?: Error): void {
    if (this.#isClosing || isReachable === this.#isReachable) return;
    this.#isReachable = isReachable;
    if (isReachable) this.#logger.info('Redis can be reached');
    else
      this.#logger.warn(
        { reason: cause?.message },
        'Redis cannot be reached: the store decides alone until it is back',
      );
    this.#listeners.tell(isReachable);
  }
}
