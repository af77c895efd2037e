import type { GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { WorkBudget } from '../work-budget.ts';
import { busyFor, rateLimited, retryAfterMs } from './errors.ts';

/** An operation that costs less is not counted: thousands of them fit beside the others. */
const HEAVY = 20_000;
/** What may run at once: two whole maps of the largest house, some 150 MB while they are made. */
const CAPACITY = 1_000_000;
/** Who has waited so long is told to come back, as is who finds so many waiting. */
const MAX_WAIT_MS = 5_000;
const MAX_WAITING = 500;

/** What stands for an operation from its beginning to its answer. */
type Operation = object;

export interface HeavyOperationsOptions {
  /** Of the queries of one network address; 0 is no limit. */
  readonly costPerSecond: number;
  readonly monotonicNow: () => number;
}

export interface EnteringOperation {
  readonly cost: number;
  /** The network address it comes from. */
  readonly address: string;
  /** Mutations are counted by viewer instead. */
  readonly isQuery: boolean;
}

/** After a pause an address may ask for so many seconds' worth at once: a page opens with a map and some lists. */
const BURST_SECONDS = 5;
const REMEMBERED_ADDRESSES = 10_000;

interface Waiting {
  readonly operation: Operation;
  readonly cost: number;
  readonly begin: () => void;
}

/**
 * Has operations with large answers run a few at a time, as all of an answer is in memory while it is made, and bounds what the
 * queries of one network address take of a node's time.
 */
export class HeavyOperations {
  readonly #options: HeavyOperationsOptions;
  readonly #budgets = new LRUCache<string, WorkBudget>({ max: REMEMBERED_ADDRESSES });
  readonly #waiting = new Set<Waiting>();
  readonly #costs = new Map<Operation, number>();
  #running = 0;

  constructor(options: HeavyOperationsOptions) {
    this.#options = options;
  }

  /** Resolves when the operation may run: null, and then it is to `leave`; or with what it is told, which is to come back later. */
  async enter(operation: Operation, entering: EnteringOperation): Promise<GraphQLFormattedError | null> {
    const { cost } = entering;
    const waitMs = entering.isQuery ? this.#charge(entering) : 0;
    if (waitMs > 0) return rateLimited(waitMs);
    if (cost < HEAVY) return null;
    if (this.#waiting.size >= MAX_WAITING) return busyFor(retryAfterMs);
    if (this.#waiting.size > 0 || !this.#fits(cost)) {
      return (await this.#wait(operation, cost)) ? null : busyFor(retryAfterMs);
    }
    this.#begin(operation, cost);
    return null;
  }

  /** Counts the query against the budget of its address. How long it has to wait, in milliseconds; 0 if it may run. */
  #charge({ cost, address }: EnteringOperation): number {
    const { costPerSecond: perSecond, monotonicNow } = this.#options;
    if (perSecond === 0) return 0;
    const budget =
      this.#budgets.get(address) ?? new WorkBudget({ perSecond, atOnce: BURST_SECONDS * perSecond }, monotonicNow);
    this.#budgets.set(address, budget);
    const { waitMs } = budget;
    if (waitMs === 0) budget.charge(cost);
    return waitMs;
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
