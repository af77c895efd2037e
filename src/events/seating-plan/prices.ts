import { maxAmount } from '../../client/money.ts';
import type { Layout } from '../layout.ts';
import { type Fault, type Refusal, refuseAll } from './refusal.ts';

export interface CategoryPrice {
  readonly category: string;
  /** Minor units (cents). */
  readonly amount: number;
}

export type PricedCategories = { readonly ok: true; readonly amounts: readonly number[] } | Refusal;

/**
 * The amount of each of the layout's categories, in its order. Every category with seats needs one price; one without
 * seats, as editors leave behind, may go without and then costs 0.
 */
export function priceCategories(
  layout: Pick<Layout, 'categories' | 'seats'>,
  prices: readonly CategoryPrice[],
): PricedCategories {
  const amounts = new Map(prices.map(({ category, amount }) => [category.normalize(), amount]));
  const amountsInOrder = layout.categories.map(({ name }) => amounts.get(name) ?? 0);
  return refuseAll(priceFaults(layout, prices)) ?? { ok: true, amounts: amountsInOrder };
}

/** The prices one after the other (unknown category, priced before, amount), then the categories without one. */
function* priceFaults(
  { categories, seats }: Pick<Layout, 'categories' | 'seats'>,
  prices: readonly CategoryPrice[],
): Generator<Fault> {
  const known = new Set(categories.map(({ name }) => name));
  const priced = new Set<string>();
  for (const [at, { category, amount }] of prices.entries()) {
    // As the plan's own names are.
    const name = category.normalize();
    const path = `prices[${at}]`;
    if (!known.has(name)) yield { path: `${path}.category`, message: `The plan has no category '${category}'` };
    else if (priced.has(name)) yield { path: `${path}.category`, message: `Category '${category}' is priced twice` };
    else if (!Number.isSafeInteger(amount) || amount < 0) {
      yield { path: `${path}.amount`, message: `A price is whole minor units from 0 to ${maxAmount}, not ${amount}` };
    }
    priced.add(name);
  }
  const seated = new Set(seats.map((seat) => seat.category));
  for (const [at, { name }] of categories.entries()) {
    if (seated.has(at) && !priced.has(name)) yield { path: 'prices', message: `No price for category '${name}'` };
  }
}
