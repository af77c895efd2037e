import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';

/** Values by the names that the columns have in `tables.ts`. */
type Values<T extends PgTable> = { readonly [Column in keyof T['_']['columns']]?: SQL };

/** What follows `update … set`. */
export function assign<T extends PgTable>(table: T, values: Values<T>): SQL {
  return listOf(columnsOf(table, values).map(({ name, value }) => sql`${name} = ${value}`));
}

/** `insert into … select`; what the values are selected from follows. */
export function insertSelected<T extends PgTable>(table: T, values: Values<T>): SQL {
  const columns = columnsOf(table, values);
  const names = listOf(columns.map(({ name }) => name));
  return sql`insert into ${table} (${names}) select ${listOf(columns.map(({ value }) => value))}`;
}

/**
 * Writes rows that were read, and locked, before: by their keys, and the values beside them. An update that joins them would search all
 * rows of the event, if its plan was made, and kept, while the event had few: as it has when sales open.
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

/** Of `seats`: whoever had one has it no more. */
export const available = { status: sql`'AVAILABLE'`, reservationId: sql`null`, expiresAt: sql`null` } as const;

function columnsOf<T extends PgTable>(table: T, values: Values<T>): { readonly name: SQL; readonly value: SQL }[] {
  const columns = getTableColumns(table);
  return Object.entries<SQL | undefined>(values).flatMap(([key, value]) => {
    const column = columns[key];
    return column === undefined || value === undefined ? [] : [{ name: sql`${sql.identifier(column.name)}`, value }];
  });
}

const listOf = (items: SQL[]): SQL => sql.join(items, sql`, `);
