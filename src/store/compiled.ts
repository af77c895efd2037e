import { Param, Placeholder, type SQL, type SQLChunk, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';

const dialect = new PgDialect();

/**
 * A statement put together once, with `sql.placeholder`s for what differs: for those that run so often that putting their many
 * parts together each time would take as long as sending them. Gives it with the values in place.
 */
export function compiled<Values extends Readonly<Record<string, unknown>>>(statement: SQL): (values: Values) => SQL {
  const { sql: text, params } = dialect.sqlToQuery(statement);
  const texts = text.split(/\$\d+/).map((part) => sql.raw(part));
  const names = params.map(nameOf);
  return (values) => {
    const chunks: SQLChunk[] = [];
    for (const [at, part] of texts.entries()) {
      const name = names[at];
      chunks.push(part);
      if (name !== undefined) chunks.push(new Param(values[name]));
    }
    return sql.join(chunks);
  };
}

function nameOf(param: unknown): string {
  const placeholder = param instanceof Param ? param.value : param;
  if (placeholder instanceof Placeholder) return placeholder.name;
  throw new TypeError('a statement that is put together once has placeholders only');
}
