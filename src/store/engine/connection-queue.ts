import type { StoreFault } from './faults.ts';
import { faultIn, OperationOver, StoreBusy } from './faults.ts';

export interface QueueBounds {
  readonly maxWaiting: number;
  readonly maxWaitMs: number;
}

/** How long a fault is reported after it was last seen. */
const REPORTED_MS = 1_000;

/**
 * Connections that are lent to one user at a time. One that is released goes to the first queue in which somebody waits, in the order in
 * which the queues were made.
 */
export class FreeConnections<Connection> {
  readonly #free: Connection[];
  readonly #queues: ConnectionQueue<Connection>[] = [];

  constructor(connections: readonly Connection[]) {
    this.#free = [...connections];
  }

  queue(bounds: QueueBounds): ConnectionQueue<Connection> {
    const queue = new ConnectionQueue(this, bounds);
    this.#queues.push(queue);
    return queue;
  }

  /** Undefined while none is free. */
  acquire(): Connection | undefined {
    return this.#free.pop();
  }

  release(connection: Connection): void {
    if (!this.#queues.some((queue) => queue.lendToNext(connection))) this.#free.push(connection);
  }
}

interface Waiting<Connection> {
  readonly isOver: () => boolean;
  readonly timeout: NodeJS.Timeout;
  lend(connection: Connection): void;
  refuse(error: Error): void;
}

/** A bounded queue for a connection. Work is refused when the queue is full, and when it has waited for too long. */
export class ConnectionQueue<Connection> {
  readonly #connections: FreeConnections<Connection>;
  readonly #bounds: QueueBounds;
  /** Oldest first. */
  readonly #waiting = new Set<Waiting<Connection>>();
  #lastFault: { readonly fault: StoreFault; readonly atMs: number } | undefined;

  constructor(connections: FreeConnections<Connection>, bounds: QueueBounds) {
    this.#connections = connections;
    this.#bounds = bounds;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** What the latest failures say is wrong with the store as a whole. */
  get fault(): StoreFault | null {
    return this.#lastFault !== undefined && performance.now() - this.#lastFault.atMs < REPORTED_MS
      ? this.#lastFault.fault
      : null;
  }

  /** Runs the work as soon as there is a connection for it, unless it `isOver` by then. */
  async run<Result>(work: (connection: Connection) => Promise<Result>, isOver = neverOver): Promise<Result> {
    try {
      const connection = this.#connections.acquire() ?? (await this.#wait(isOver));
      try {
        return await work(connection);
      } finally {
        this.#connections.release(connection);
      }
    } catch (error) {
      const fault = faultIn(error);
      if (fault !== undefined) this.#lastFault = { fault, atMs: performance.now() };
      throw error;
    }
  }

  /** Returns false if nobody waits. */
  lendToNext(connection: Connection): boolean {
    for (const waiting of this.#waiting) {
      const isOver = waiting.isOver();
      this.#remove(waiting);
      if (!isOver) {
        waiting.lend(connection);
        return true;
      }
      waiting.refuse(new OperationOver());
    }
    return false;
  }

  #wait(isOver: () => boolean): Promise<Connection> {
    const { maxWaiting, maxWaitMs } = this.#bounds;
    if (this.#waiting.size >= maxWaiting) this.#dropAbandoned();
    if (this.#waiting.size >= maxWaiting)
      return Promise.reject(new StoreBusy('too many statements wait for a connection'));
    return new Promise((resolve, reject) => {
      const waiting: Waiting<Connection> = {
        isOver,
        timeout: setTimeout(() => {
          this.#remove(waiting);
          reject(new StoreBusy('no connection became free in time'));
        }, maxWaitMs),
        lend: resolve,
        refuse: reject,
      };
      this.#waiting.add(waiting);
    });
  }

  #dropAbandoned(): void {
    for (const waiting of this.#waiting) {
      if (!waiting.isOver()) continue;
      this.#remove(waiting);
      waiting.refuse(new OperationOver());
    }
  }

  #remove(waiting: Waiting<Connection>): void {
    clearTimeout(waiting.timeout);
    this.#waiting.delete(waiting);
  }
}

function neverOver(): boolean {
  return false;
}
