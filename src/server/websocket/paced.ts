import type { ExecutionResult } from 'graphql';
import type { Outlet } from '../../graphql/shared-subscriptions/shared-subscription.ts';

export type Subscribed = AsyncIterable<ExecutionResult> | ExecutionResult;

/** Pulls a result only when the client has room for it, so that what a slow one is told is made when it can be sent. */
export function paced(subscribed: Subscribed, outlet: Outlet): Subscribed {
  if (!(Symbol.asyncIterator in subscribed)) return subscribed;
  const results = subscribed[Symbol.asyncIterator]();
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      if (!outlet.hasRoom) await new Promise<void>((resolve) => outlet.onRoom(resolve));
      return results.next();
    },
    return: async () => (await results.return?.()) ?? { done: true, value: undefined },
  };
  return iterator;
}
