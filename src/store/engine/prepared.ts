import { Param, Placeholder, type Query, type SQL, type SQLChunk, type SQLWrapper, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';

const dialect = new PgDialect();

/**
 * A statement put together once, with `sql.placeholder`s for what differs: for those that run so often that putting their many
 * parts together each time would take as long as sending them. Gives it with the values in place.
 */
export function prepared<Values extends Readonly<Record<string, unknown>>>(
  statement: SQL,
): (values: Values) => PreparedStatement {
  const { sql: text, params } = dialect.sqlToQuery(statement);
  const names = params.map(nameOf);
  return (values) =>
    new PreparedStatement(
      text,
      names.map((name) => values[name]),
    );
}

export class PreparedStatement implements SQLWrapper, Query {
  readonly sql: string;
  readonly params: unknown[];

  constructor(text: string, params: unknown[]) {
    this.sql = text;
    this.params = params;
  }

  /** For an engine that wants it in parts. */
  getSQL(): SQL {
    const chunks = this.sql.split(/\$\d+/).flatMap((part, at): SQLChunk[] => {
      const raw = sql.raw(part);
      return at < this.params.length ? [raw, new Param(this.params[at])] : [raw];
    });
    return sql.join(chunks);
  }
}

function nameOf(param: unknown): string {
  const placeholder = param instanceof Param ? param.value : param;
  if (placeholder instanceof Placeholder) return placeholder.name;
  throw new TypeError('a statement that is put together once has placeholders only');
}
