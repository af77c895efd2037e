import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';

/** Values by the columns' names in `tables.ts`. */
type Values<T extends PgTable> = { readonly [Column in keyof T['_']['columns']]?: SQL };

/** The assignments after `update … set`. */
export function assign<T extends PgTable>(table: T, values: Values<T>): SQL {
  return listOf(columnsOf(table, values).map(({ name, value }) => sql`${name} = ${value}`));
}

/** `insert into … select …`, to be followed by `from`. */
export function insertSelected<T extends PgTable>(table: T, values: Values<T>): SQL {
  const columns = columnsOf(table, values);
  const names = listOf(columns.map(({ name }) => name));
  return sql`insert into ${table} (${names}) select ${listOf(columns.map(({ value }) => value))}`;
}

/**
 * Writes rows that were read and locked before, by an upsert on their primary key. An `update` with a join would scan all rows of the
 * event if its plan was cached while the event had few rows, as it has when sales open.
 * @param source names rows with all columns of the table
 */
export function rewrite<T extends PgTable>(table: T, source: SQL, values: Values<T>): SQL {
  const all = Object.entries(getTableColumns(table)).map(([key, { name }]) => [
    key,
    sql`${source}.${sql.identifier(name)}`,
  ]);
  const [primaryKey] = getTableConfig(table).primaryKeys;
  const keys = listOf((primaryKey?.columns ?? []).map(({ name }) => sql`${sql.identifier(name)}`));
  const changed = listOf(columnsOf(table, values).map(({ name }) => sql`${name} = excluded.${name}`));
  return sql`${insertSelected(table, { ...Object.fromEntries(all), ...values })} from ${source}
        on conflict (${keys}) do update set ${changed}`;
}

/** Values of `seats` for a seat that nobody holds. */
export const available = { status: sql`'AVAILABLE'`, reservationId: sql`null`, expiresAt: sql`null` } as const;

function columnsOf<T extends PgTable>(table: T, values: Values<T>): { readonly name: SQL; readonly value: SQL }[] {
  const columns = getTableColumns(table);
  return Object.entries<SQL | undefined>(values).flatMap(([key, value]) => {
    const column = columns[key];
    return column === undefined || value === undefined ? [] : [{ name: sql`${sql.identifier(column.name)}`, value }];
  });
}

const listOf = (items: SQL[]): SQL => sql.join(items, sql`, `);
