import type { GraphQLFormattedError } from 'graphql';
import { LRUCache } from 'lru-cache';
import { WorkBudget } from '../work-budget.ts';
import { rateLimited } from './errors.ts';

/** After a pause an address may use this many seconds' worth at once, because a page opens with a map and some lists. */
const BURST_SECONDS = 5;
const REMEMBERED_ADDRESSES = 10_000;

/** Bounds the time of a node that the queries of one network address take. */
export class QueryBudgets {
  readonly #costPerSecond: number;
  readonly #monotonicNow: () => number;
  readonly #budgets = new LRUCache<string, WorkBudget>({ max: REMEMBERED_ADDRESSES });

  /** @param costPerSecond of one address; 0 means no limit */
  constructor(costPerSecond: number, monotonicNow: () => number) {
    this.#costPerSecond = costPerSecond;
    this.#monotonicNow = monotonicNow;
  }

  /** Charges a query. Returns the error if it may not run yet. */
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
