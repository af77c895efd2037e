import { type SQL, sql } from 'drizzle-orm';

/**
 * For `cross join lateral`: the row of the table that fits, under the table's name. It is looked up for each row on the left,
 * which a plain join is not if its plan was made, and kept, when the table was all but empty: as it is when sales open.
 */
export const oneOf = (table: SQL, fits: SQL): SQL => sql`(select * from ${table} where ${fits} limit 1) as ${table}`;
