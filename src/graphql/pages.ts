import { GraphQLError } from 'graphql';
import { z } from 'zod';

/** What an argument `first` may be: null, which a client may send in spite of a default, stands for `usual`. */
export interface PageLimits {
  readonly usual: number;
  readonly max: number;
}

/** How many rows the page has at most; fetch one more, so that `toConnection` can tell whether there is a next page. */
export function pageSize(first: number | null | undefined, { usual, max }: PageLimits): number {
  const size = first ?? usual;
  if (size < 0 || size > max) throw badArgument('first', `must be from 0 to ${max}, not ${size}`);
  return size;
}

/** A place in a list, as text that means nothing to clients. */
export interface CursorCodec<Place> {
  readonly encode: (place: Place) => string;
  /** Null for no cursor. Throws a GraphQLError with BAD_USER_INPUT for what no page ever gave. */
  readonly decode: (after: string | null | undefined) => Place | null;
}

/** Milliseconds since 1970, within what the store can tell: a cursor may be made up. */
export const cursorMoment = z.number().min(0).max(Date.parse('9999-12-31T23:59:59.999Z'));

/** No cursor of ours comes near it. */
const maxCursorLength = 500;

/** Cursors that hold the values `shape` accepts: JSON in base64url. */
export function cursorCodec<Place>(shape: z.ZodType<Place>): CursorCodec<Place> {
  return {
    encode: (place) => Buffer.from(JSON.stringify(place)).toString('base64url'),
    decode: (after) => {
      if (after === null || after === undefined) return null;
      const place = shape.safeParse(parseCursor(after));
      if (!place.success) throw badArgument('after', 'must be a cursor of this list');
      return place.data;
    },
  };
}

/** Undefined, which is no JSON value, where there is none. */
function parseCursor(cursor: string): unknown {
  if (cursor.length > maxCursorLength) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}

export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  /** `endCursor` is null when the page is empty. */
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

export interface Page<Row, Node> {
  /** In the list's order, fetched with a limit of `size + 1`. */
  readonly rows: readonly Row[];
  readonly size: number;
  readonly cursorOf: (row: Row) => string;
  readonly nodeOf: (row: Row) => Node;
}

export function toConnection<Row, Node>({ rows, size, cursorOf, nodeOf }: Page<Row, Node>): Connection<Node> {
  const edges = rows.slice(0, size).map((row) => ({ cursor: cursorOf(row), node: nodeOf(row) }));
  return { edges, pageInfo: { hasNextPage: rows.length > size, endCursor: edges.at(-1)?.cursor ?? null } };
}

export function badArgument(argumentName: string, problem: string): GraphQLError {
  return new GraphQLError(`Argument '${argumentName}' ${problem}`, {
    extensions: { code: 'BAD_USER_INPUT', argumentName },
  });
}
