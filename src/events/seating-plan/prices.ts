import type { Layout } from '../../domain/layout.ts';
import { maxAmount } from '../../domain/money.ts';
import { type Fault, type Refusal, refuseAll } from './refusal.ts';

export interface CategoryPrice {
  readonly category: string;
  /** Minor units (cents). */
  readonly amount: number;
}

export type PricedCategories = { readonly ok: true; readonly amounts: readonly (number | null)[] } | Refusal;

/** The amounts of the layout's categories, in their order; null for a category without a price, which is not on sale. */
export function priceCategories(
  layout: Pick<Layout, 'categories'>,
  prices: readonly CategoryPrice[],
): PricedCategories {
  const amounts = new Map(prices.map(({ category, amount }) => [category.normalize(), amount]));
  const amountsInOrder = layout.categories.map(({ name }) => amounts.get(name) ?? null);
  return refuseAll(priceFaults(layout, prices)) ?? { ok: true, amounts: amountsInOrder };
}

/** Checks each price: an unknown category, a category priced twice, a wrong amount. */
function* priceFaults({ categories }: Pick<Layout, 'categories'>, prices: readonly CategoryPrice[]): Generator<Fault> {
  const known = new Set(categories.map(({ name }) => name));
  const priced = new Set<string>();
  for (const [at, { category, amount }] of prices.entries()) {
    // Normalized like the plan's own names.
    const name = category.normalize();
    const path = `prices[${at}]`;
    if (!known.has(name)) yield { path: `${path}.category`, message: `The plan has no category '${category}'` };
    else if (priced.has(name)) yield { path: `${path}.category`, message: `Category '${category}' is priced twice` };
    else if (!Number.isSafeInteger(amount) || amount < 0) {
      yield { path: `${path}.amount`, message: `A price is whole minor units from 0 to ${maxAmount}, not ${amount}` };
    }
    priced.add(name);
  }
}
