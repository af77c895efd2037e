import { GraphQLError } from 'graphql';
import type { WebsocketConfig } from '../../config.ts';
import { retryAfterMs } from '../errors.ts';

/** Messages for each operation. A stock client sends two, and sometimes a ping. */
const messagesPerOperation = 4;

const minuteMs = 60_000;

/** Characters of an operation's id, which is part of each of its messages. Stock clients send a uuid. */
const maxIdLength = 200;

/** Queries and mutations of one client in flight. A page needs a few, and each answer may be a whole map. */
const maxExecutions = 4;

/** Limits of one client on one websocket. */
export class ClientLimits {
  /** Counts all messages, including pings. A client that exceeds it despite errors is closed. */
  readonly messages: TokenBucket;
  #executions: Semaphore | undefined;
  readonly #maxOperations: number;
  readonly #operations: TokenBucket;

  constructor({ maxSubscriptions, operationsPerMinute }: WebsocketConfig) {
    this.messages = new TokenBucket(messagesPerOperation * operationsPerMinute);
    this.#operations = new TokenBucket(operationsPerMinute);
    this.#maxOperations = maxSubscriptions;
  }

  /** Limits queries and mutations in flight. Created on demand, because most clients only subscribe. */
  get executions(): Semaphore {
    this.#executions ??= new Semaphore(maxExecutions);
    return this.#executions;
  }

  /** Ends an execution, if the id has one. */
  release(id: string): void {
    this.#executions?.release(id);
  }

  /**
   * Why one more operation is refused; undefined if it is not.
   * @param running number of operations, including this one
   */
  refusal(id: string, running: number): GraphQLError | undefined {
    if (id.length > maxIdLength) {
      const message = `The id of an operation has ${id.length} characters, of which at most ${maxIdLength} are taken`;
      return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
    }
    if (running > this.#maxOperations) {
      return rateLimited(`At most ${this.#maxOperations} operations run on one websocket at once`, retryAfterMs);
    }
    if (this.#operations.take()) return undefined;
    return rateLimited('Too many operations a minute on one websocket', this.#operations.waitMs);
  }
}

function rateLimited(message: string, waitMs: number): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'RATE_LIMITED', retryAfterMs: waitMs } });
}

/** A token bucket: so many a minute, and as many at once after a minute without any. */
class TokenBucket {
  readonly #perMinute: number;
  #left: number;
  #asOfMs: number;

  /** @param perMinute 0 means no limit */
  constructor(perMinute: number) {
    this.#perMinute = perMinute;
    this.#left = perMinute;
    this.#asOfMs = performance.now();
  }

  /** Takes a token. False if there is none. */
  take(): boolean {
    if (this.#perMinute === 0) return true;
    this.#refill();
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }

  /** Time until there is a token. */
  get waitMs(): number {
    if (this.#perMinute === 0) return 0;
    return Math.max(0, Math.ceil(((1 - this.#left) * minuteMs) / this.#perMinute));
  }

  #refill(): void {
    const now = performance.now();
    this.#left = Math.min(this.#perMinute, this.#left + ((now - this.#asOfMs) * this.#perMinute) / minuteMs);
    this.#asOfMs = now;
  }
}

/** A semaphore whose waiters are served in order. */
class Semaphore {
  #free: number;
  readonly #going = new Set<string>();
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Resolves when the id has a slot, which it keeps until `release`. */
  async acquire(id: string): Promise<void> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free -= 1;
    this.#going.add(id);
  }

  /** Does nothing for an id without a slot. */
  release(id: string): void {
    if (!this.#going.delete(id)) return;
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
