import type { ExecutionResult } from 'graphql';
import type { SubscriberSink } from '../../live/shared-subscription.ts';

export type Subscribed = AsyncIterable<ExecutionResult> | ExecutionResult;

/** Pulls a result only when the client can take it, so that a slow client's messages are current. */
export function withBackpressure(subscribed: Subscribed, sink: SubscriberSink): Subscribed {
  if (!(Symbol.asyncIterator in subscribed)) return subscribed;
  const results = subscribed[Symbol.asyncIterator]();
  let stopWaiting = () => {};
  const writable = () =>
    new Promise<void>((resolve) => {
      const stopListening = sink.onWritable(resolve);
      stopWaiting = () => {
        stopListening();
        resolve();
      };
    });
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      if (!sink.isWritable) await writable();
      return results.next();
    },
    async return() {
      const returned = await results.return?.();
      stopWaiting();
      return returned ?? { done: true, value: undefined };
    },
  };
  return iterator;
}
