import type { GraphQLFormattedError } from 'graphql';
import { busyFor, retryAfterMs } from './errors.ts';

/** An operation that costs less is not counted: thousands of them fit beside the others. */
const HEAVY = 20_000;
/** What may run at once: a whole map of the largest house, some 75 MB while it is made. */
const CAPACITY = 250_000;
/** Who has waited so long is told to come back, as is who finds so many waiting. */
const MAX_WAIT_MS = 5_000;
const MAX_WAITING = 500;

/** What stands for an operation from its beginning to its answer. */
type Operation = object;

interface Waiting {
  readonly operation: Operation;
  readonly cost: number;
  readonly begin: () => void;
}

/** Has operations with large answers run a few at a time, as all of an answer is in memory while it is made. */
export class HeavyOperations {
  readonly #waiting = new Set<Waiting>();
  readonly #costs = new Map<Operation, number>();
  #running = 0;

  /** Resolves when the operation may run: null, and then it is to `leave`; or with what it is told, which is to come back later. */
  async enter(operation: Operation, cost: number): Promise<GraphQLFormattedError | null> {
    if (cost < HEAVY) return null;
    if (this.#waiting.size >= MAX_WAITING) return busyFor(retryAfterMs);
    if (this.#waiting.size > 0 || !this.#fits(cost)) {
      return (await this.#wait(operation, cost)) ? null : busyFor(retryAfterMs);
    }
    this.#begin(operation, cost);
    return null;
  }

  /** Whether the operation has entered, and its answer may be large. */
  has(operation: Operation): boolean {
    return this.#costs.has(operation);
  }

  /** Does nothing for an operation that never entered. */
  leave(operation: Operation): void {
    this.#running -= this.#costs.get(operation) ?? 0;
    if (!this.#costs.delete(operation)) return;
    for (const waiting of this.#waiting) {
      if (!this.#fits(waiting.cost)) return;
      this.#waiting.delete(waiting);
      this.#begin(waiting.operation, waiting.cost);
      waiting.begin();
    }
  }

  /** One that costs more than all may together runs alone. */
  #fits(cost: number): boolean {
    return this.#running === 0 || this.#running + cost <= CAPACITY;
  }

  #begin(operation: Operation, cost: number): void {
    this.#costs.set(operation, cost);
    this.#running += cost;
  }

  #wait(operation: Operation, cost: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting = {
        operation,
        cost,
        begin: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        resolve(false);
      }, MAX_WAIT_MS);
      this.#waiting.add(waiting);
    });
  }
}
