import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Listeners } from '../../../listeners.ts';
import { Connection } from './connection.ts';

/** Redis counts as reachable while all of its parts are up. Each change is announced and logged once. */
export class RedisHealth {
  readonly #logger: Logger;
  readonly #parts = new Set<{ readonly isUp: boolean }>();
  readonly #listeners = new Listeners<boolean>();
  /** Undefined until it is known. */
  #isReachable: boolean | undefined;
  #isClosed = false;
  #cause: Error | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get isReachable(): boolean {
    return this.#isReachable === true;
  }

  /** The error of the last failed attempt to connect. */
  get cause(): Error | undefined {
    return this.#cause;
  }

  /** Watches a new connection. `prepare` is as in `ConnectionSettings`; `name` is for the log, if there are several servers. */
  watch(redis: Redis, prepare: () => Promise<void>, name?: string): Connection {
    const connection = new Connection({
      redis,
      prepare,
      logger: this.#logger,
      onUp: () => this.review(),
      onDown: (cause) => this.lost(cause, name),
    });
    this.#parts.add(connection);
    return connection;
  }

  /** Closes a connection, on which reachability depends no longer. */
  async forget(connection: Connection): Promise<void> {
    this.#parts.delete(connection);
    this.review();
    await connection[Symbol.asyncDispose]();
  }

  /** Adds a part, for whose changes the caller calls `review` and `lost`. */
  add(part: { readonly isUp: boolean }): void {
    this.#parts.add(part);
  }

  /** A part may have come up. */
  review(): void {
    if ([...this.#parts].every(({ isUp }) => isUp)) this.#set(true);
  }

  /** A part is down. */
  lost(cause: Error | undefined, name?: string): void {
    this.#cause = cause ?? this.#cause;
    this.#set(false, { reason: explained(cause ?? new Error('the connection was closed')), server: name });
  }

  onChange(listener: (reachable: boolean) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Resolves once it is known whether Redis is reachable. After `timeoutMs` it counts as unreachable. */
  async known(timeoutMs: number): Promise<void> {
    const known = new AbortController();
    const timeUp = sleep(timeoutMs, undefined, { signal: known.signal });
    await Promise.race([new Promise<boolean>((resolve) => this.onChange(resolve)), timeUp]);
    known.abort();
    this.#set(this.isReachable, { reason: `Redis did not answer within ${timeoutMs} ms` });
  }

  /** Changes are no longer announced, because everything is being closed. */
  close(): void {
    this.#isClosed = true;
  }

  #set(isReachable: boolean, why: object = {}): void {
    if (this.#isClosed || isReachable === this.#isReachable) return;
    this.#isReachable = isReachable;
    if (isReachable) this.#logger.info('Redis can be reached');
    else this.#logger.warn(why, 'Redis cannot be reached: the store decides alone until it is back');
    this.#listeners.tell(isReachable);
  }
}

/** Advice for operators, by error messages of Redis, the network and OpenSSL. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^NOPERM|can't run this command/, 'grant it to the user of REDIS_URL (docs/operations.md has all that is needed)'],
  [/^WRONGPASS|invalid password/, 'REDIS_URL has another user or password than Redis'],
  [/^NOAUTH/, 'put the user and the password into REDIS_URL'],
  [
    /^Unknown RESP type/,
    'what answers at REDIS_URL does not speak as Redis does: another kind of server, or one that wants TLS, which is rediss: instead of redis:',
  ],
  [
    /wrong version number|packet length too long/,
    'what answers at REDIS_URL does not speak TLS: without it Redis is redis: instead of rediss:, if it is Redis at all',
  ],
  [
    /ETIMEDOUT/,
    'nothing answers at REDIS_URL, or not with TLS, where the address asks for it: redis: instead of rediss:',
  ],
  [/ECONNRESET|EPIPE|closed/, 'if it never works, Redis may want TLS, which is rediss: instead of redis:'],
];

/** On one line: messages of OpenSSL end with a line break. */
function explained({ message: text }: Error): string {
  const message = text.replace(/\s+/g, ' ').trim();
  const advice = ADVICE.find(([words]) => words.test(message))?.[1];
  return advice === undefined ? message : `${message.replace(/\.?$/, '')}: ${advice}`;
}
