import { asc, desc, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { ListPart } from '../../domain/list-part.ts';

/** A total order of the rows of a list: columns that are unique together, all ascending or all descending. */
export interface ListOrder<Place> {
  readonly columns: readonly SQLWrapper[];
  readonly descending: boolean;
  /** The columns' values at a place. */
  readonly valuesAt: (place: Place) => readonly SQL[];
}

/** Whether a row lies in the part. */
export function isInPart<Place>({ after, before }: ListPart<Place>, order: ListOrder<Place>): SQL {
  const row = sql.join([...order.columns], sql`, `);
  const beyond = (place: Place | null, forward: boolean): SQL => {
    if (place === null) return sql`true`;
    const values = sql.join([...order.valuesAt(place)], sql`, `);
    return forward === order.descending ? sql`(${row}) < (${values})` : sql`(${row}) > (${values})`;
  };
  return sql`${beyond(after, true)} and ${beyond(before, false)}`;
}

/** The order in which the part is read: backwards if it is read from its end. */
export function orderOf<Place>({ fromEnd }: ListPart<Place>, { columns, descending }: ListOrder<Place>): SQL[] {
  return columns.map((column) => (descending === fromEnd ? asc(column) : desc(column)));
}
