import type { GraphQLFormattedError } from 'graphql';
import { busyFor, retryAfterMs } from './errors.ts';

/** Cheaper operations are not counted: thousands of them fit beside the others. */
const HEAVY = 20_000;
/** Total cost that may run at once: a whole map of the largest venue, which takes some 75 MB while it is made. */
const CAPACITY = 250_000;
/** Operations are refused after this wait, or if this many are waiting. */
const MAX_WAIT_MS = 5_000;
const MAX_WAITING = 500;

/** Identifies an operation from its beginning to its answer. */
type Operation = object;

interface Waiting {
  readonly operation: Operation;
  readonly cost: number;
  readonly begin: () => void;
}

/** Runs operations with large answers a few at a time, because a whole answer is in memory while it is made. */
export class HeavyOperations {
  readonly #waiting = new Set<Waiting>();
  readonly #costs = new Map<Operation, number>();
  #running = 0;

  /** Resolves with null when the operation may run, after which it must `leave`; or with the error that refuses it for now. */
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

  /** Does nothing for an operation that has not entered. */
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

  /** An operation that costs more than the total runs alone. */
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
