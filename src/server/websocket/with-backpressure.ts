import type { ExecutionResult } from 'graphql';
import type { Outlet } from '../../live/shared-subscription.ts';

export type Subscribed = AsyncIterable<ExecutionResult> | ExecutionResult;

/** Pulls a result only when the client has room for it, so that what a slow one is told is made when it can be sent. */
export function withBackpressure(subscribed: Subscribed, outlet: Outlet): Subscribed {
  if (!(Symbol.asyncIterator in subscribed)) return subscribed;
  const results = subscribed[Symbol.asyncIterator]();
  let stopWaiting = () => {};
  const room = () =>
    new Promise<void>((resolve) => {
      const giveUp = outlet.onRoom(resolve);
      stopWaiting = () => {
        giveUp();
        resolve();
      };
    });
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      if (!outlet.hasRoom) await room();
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
