import type { Layout } from '../layout.ts';
import { type Refusal, refuse } from './refusal.ts';

export interface CategoryPrice {
  readonly category: string;
  /** Minor units (cents). */
  readonly amount: number;
}

export type PricedCategories = { readonly ok: true; readonly amounts: readonly number[] } | Refusal;

/** GraphQL's Int and Postgres's integer. */
const maxAmount = 2 ** 31 - 1;

/**
 * The amount of each of the layout's categories, in its order. Every category with seats needs one price; one without
 * seats, as editors leave behind, may go without and then costs 0.
 * Order of precedence: the prices one after the other (unknown category, priced before, amount), then what is missing.
 */
export function priceCategories(
  { categories, seats }: Pick<Layout, 'categories' | 'seats'>,
  prices: readonly CategoryPrice[],
): PricedCategories {
  const names = new Set(categories.map(({ name }) => name));
  const amounts = new Map<string, number>();
  for (const [at, price] of prices.entries()) {
    const fault = findFault(price, `prices[${at}]`, names, amounts);
    if (fault) return fault;
    amounts.set(price.category, price.amount);
  }
  const seated = new Set(seats.map((seat) => seat.category));
  const missing = categories.find(({ name }, at) => seated.has(at) && !amounts.has(name));
  if (missing) return refuse('prices', `No price for category '${missing.name}'`);
  return { ok: true, amounts: categories.map(({ name }) => amounts.get(name) ?? 0) };
}

function findFault(
  { category, amount }: CategoryPrice,
  path: string,
  names: ReadonlySet<string>,
  amounts: ReadonlyMap<string, number>,
): Refusal | null {
  if (!names.has(category)) {
    return refuse(`${path}.category`, `The plan has no category '${category}'`);
  }
  if (amounts.has(category)) return refuse(`${path}.category`, `Category '${category}' is priced twice`);
  if (!Number.isInteger(amount) || amount < 0 || amount > maxAmount) {
    return refuse(`${path}.amount`, `A price is whole minor units from 0 to ${maxAmount}, not ${amount}`);
  }
  return null;
}
