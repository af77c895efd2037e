import { missing } from './errors.ts';
import { nested, type Parameters, text } from './form.ts';

interface Listed {
  readonly id: string;
  readonly order: number;
  readonly created: number;
}

/** A page of a list, newest first (https://docs.stripe.com/api/pagination). */
export function page<T extends Listed>(all: readonly T[], parameters: Parameters) {
  const limit = Math.min(Math.max(Number(text(parameters, 'limit') ?? 10), 1), 100);
  const created = nested(parameters, 'created');
  const newestFirst = all.filter((each) => isWithin(each.created, created)).sort((a, b) => b.order - a.order);
  const after = text(parameters, 'starting_after');
  const from = after === null ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1;
  if (after !== null && from === 0) throw missing('object', after, 'starting_after');
  return { data: newestFirst.slice(from, from + limit), has_more: newestFirst.length > from + limit };
}

function isWithin(created: number, bounds: Parameters): boolean {
  const bound = (name: string, otherwise: number) => Number(text(bounds, name) ?? otherwise);
  return (
    created >= bound('gte', -Infinity) &&
    created > bound('gt', -Infinity) &&
    created <= bound('lte', Infinity) &&
    created < bound('lt', Infinity)
  );
}
