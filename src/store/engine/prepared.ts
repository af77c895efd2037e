import { Param, Placeholder, type Query, type SQL, type SQLChunk, type SQLWrapper, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';

const dialect = new PgDialect();

/**
 * Compiles a statement with `sql.placeholder`s once, and returns a function that binds values to it. For hot statements: rendering
 * their many parts each time would take as long as sending them.
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

  /** For engines that take Drizzle's `SQL`. */
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
  throw new TypeError('a prepared statement has placeholders only');
}
