import { GraphQLError } from 'graphql';
import type { WebsocketConfig } from '../../config.ts';
import { retryAfterMs } from '../errors.ts';
import { Allowance } from './allowance.ts';

/** A stock client sends two messages an operation, and a ping now and then: twice that is no longer an accident. */
const messagesPerOperation = 4;

/** It goes with every message of the operation. Stock clients send a uuid. */
const maxIdLength = 200;

/** What one client may ask for on one websocket. */
export class ClientLimits {
  /** A client that goes on in spite of errors is closed: by all it sends, pings included. */
  readonly messages: Allowance;
  readonly #maxOperations: number;
  readonly #operations: Allowance;

  constructor({ maxSubscriptions, operationsPerMinute }: WebsocketConfig) {
    const monotonicNow = () => performance.now();
    this.messages = new Allowance(messagesPerOperation * operationsPerMinute, monotonicNow);
    this.#operations = new Allowance(operationsPerMinute, monotonicNow);
    this.#maxOperations = maxSubscriptions;
  }

  /**
   * Why one more operation is refused; undefined if it is not.
   * @param running how many are, that one included
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
