import { type SQL, sql } from 'drizzle-orm';
import type { ListPart } from '../../domain/list-part.ts';

/** Columns that tell the rows of a list apart, as its order has them: all ascending, or all descending. */
export interface ListOrder<Place> {
  readonly columns: readonly SQL[];
  readonly descending: boolean;
  /** The columns' values there. */
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

/** What follows the conditions: its order, and how many. */
export function orderedPart<Place>(
  { fromEnd, limit }: ListPart<Place>,
  { columns, descending }: ListOrder<Place>,
): SQL {
  const direction = descending === fromEnd ? sql`asc` : sql`desc`;
  const ordered = columns.map((column) => sql`${column} ${direction}`);
  return sql`order by ${sql.join(ordered, sql`, `)} limit ${limit}::int`;
}

/**
 * For `cross join lateral`: the row of the table that fits, under the table's name. It is looked up for each row on the left,
 * which a plain join is not if its plan was made, and kept, when the table was all but empty: as it is when sales open.
 */
export const oneOf = (table: SQL, fits: SQL): SQL => sql`(select * from ${table} where ${fits} limit 1) as ${table}`;
