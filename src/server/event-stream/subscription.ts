import type { ExecutionResult } from 'graphql';
import type { Logger } from 'pino';
import type { SubscriptionRequest } from '../../graphql/shared-subscriptions/shared-subscriptions.ts';
import type { Subscribed } from '../../graphql/shared-subscriptions/with-backpressure.ts';
import { operationFault } from '../errors.ts';
import type { EventStream } from './event-stream.ts';

export interface SubscriptionParts {
  readonly stream: EventStream;
  /** As `subscribe` of graphql-js, but it waits while the request's sink is not writable, and may send messages directly to it. */
  readonly subscribe: (request: SubscriptionRequest) => Promise<Subscribed>;
  /** A result as JSON, with errors as clients may see them. */
  readonly textOf: (result: ExecutionResult) => string;
  readonly logger: Logger;
}

/** Sends the messages of a subscription, until it has ended or the client is gone. */
export async function sendSubscription(
  request: Omit<SubscriptionRequest, 'sink'>,
  { stream, subscribe, textOf, logger }: SubscriptionParts,
): Promise<void> {
  const next = (result: ExecutionResult) => stream.next(Buffer.from(textOf(result)));
  try {
    const subscribed = await subscribe({ ...request, sink: stream });
    if (!(Symbol.asyncIterator in subscribed)) return next(subscribed);
    const results = subscribed[Symbol.asyncIterator]();
    const stop = async () => results.return?.();
    // Also ends a pending `next`.
    stream.onClose(() => stop().catch((err: unknown) => logger.error({ err }, 'subscription not ended')));
    for (let result = await results.next(); !result.done; result = await results.next()) next(result.value);
  } catch (error) {
    next({ errors: [operationFault(error)] });
  } finally {
    stream.complete();
  }
}
