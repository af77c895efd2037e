import type { GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { WorkBudget } from '../work-budget.ts';
import { rateLimited } from './errors.ts';

/** After a pause an address may ask for so many seconds' worth at once: a page opens with a map and some lists. */
const BURST_SECONDS = 5;
const REMEMBERED_ADDRESSES = 10_000;

/** Bounds what the queries of one network address take of a node's time. */
export class QueryBudgets {
  readonly #costPerSecond: number;
  readonly #monotonicNow: () => number;
  readonly #budgets = new LRUCache<string, WorkBudget>({ max: REMEMBERED_ADDRESSES });

  /** @param costPerSecond of one address; 0 is no limit */
  constructor(costPerSecond: number, monotonicNow: () => number) {
    this.#costPerSecond = costPerSecond;
    this.#monotonicNow = monotonicNow;
  }

  /** Counts a query. Gives what it is told if it may not run yet. */
  charge(address: string, cost: number): GraphQLFormattedError | null {
    if (this.#costPerSecond === 0) return null;
    const budget = this.#budgets.get(address) ?? this.#full();
    this.#budgets.set(address, budget);
    const { waitMs } = budget;
    if (waitMs > 0) return rateLimited(waitMs);
    budget.charge(cost);
    return null;
  }

  #full(): WorkBudget {
    const perSecond = this.#costPerSecond;
    return new WorkBudget({ perSecond, atOnce: BURST_SECONDS * perSecond }, this.#monotonicNow);
  }
}
