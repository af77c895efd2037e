import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { loadBuilt } from '../built.ts';
import { answerParent } from '../child-process.ts';
import { pace } from '../pace.ts';
import { processUsage } from '../process-usage.ts';
import type { Recording } from './messages.ts';

/** graphql-ws as in its documentation: an async iterator per socket, and an execution for each. */
const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
const readers = new Set<Reader>();
let updates: readonly object[] = [];
let executions = 0;

/** One socket's updates. It has sent the last one when it waits for the next. */
class Reader implements AsyncIterableIterator<object> {
  #queue: object[];
  #resolve: ((result: IteratorResult<object>) => void) | undefined;

  constructor(first: object) {
    this.#queue = [first];
  }

  get isWaiting(): boolean {
    return this.#resolve !== undefined;
  }

  push(update: object): void {
    if (this.#resolve === undefined) this.#queue.push(update);
    else this.#resolve({ done: false, value: update });
    this.#resolve = undefined;
  }

  next(): Promise<IteratorResult<object>> {
    const value = this.#queue.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  return(): Promise<IteratorResult<object>> {
    readers.delete(this);
    this.#resolve?.({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

async function open({ greetings }: Recording): Promise<string> {
  const { createSchema } = await loadBuilt<typeof import('../../src/graphql/schema.ts')>('graphql/schema.ts');
  const { resolvers } = await loadBuilt<typeof import('../../src/graphql/resolvers.ts')>('graphql/resolvers.ts');
  const [, snapshot = {}] = greetings.map(updateOf);
  const subscribe = () => {
    const reader = new Reader(snapshot);
    readers.add(reader);
    return reader;
  };
  const resolve = (update: object) => {
    executions += 1;
    return update;
  };
  useServer(
    { schema: createSchema([...resolvers, { Subscription: { seatMap: { subscribe, resolve } as never } }]) },
    sockets,
  );
  if (sockets.address() === null) await once(sockets, 'listening');
  return `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
}

function load(deltas: readonly string[]): void {
  updates = deltas.map(updateOf);
}

function updateOf(message: string): object {
  return JSON.parse(message).payload?.data?.seatMap;
}

function play({ times, perSecond }: { times: number; perSecond: number }): Promise<number[]> {
  return pace(times, perSecond, async (at) => {
    for (const reader of readers) reader.push(updates[at % updates.length] ?? {});
    while ([...readers].some(({ isWaiting }) => !isWaiting)) await new Promise((resolve) => setImmediate(resolve));
  });
}

const handlers = { open, load, play, executions: () => executions, ...processUsage };
export type StockServer = typeof handlers;
answerParent(handlers);
