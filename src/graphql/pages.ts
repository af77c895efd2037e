import { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { ListPart } from '../domain/list-part.ts';

/** The most edges of a page, and how many it has when nothing is said. */
const MAX_SIZE = 100;
const USUAL_SIZE = 20;

/** As a connection takes them. Null, which a client may send, is the same as nothing. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** Which part of a list is asked for. */
export interface PageRequest<Place> extends ListPart<Place> {
  readonly size: number;
}

/** Throws a GraphQLError with BAD_USER_INPUT for what no page can be. */
export function pageRequest<Place>(
  { first, after, last, before }: PageArguments,
  cursor: CursorCodec<Place>,
): PageRequest<Place> {
  if (first != null && last != null) throw badArgument('last', "cannot be given together with 'first'");
  const fromEnd = last != null;
  const size = first ?? last ?? USUAL_SIZE;
  if (size < 0 || size > MAX_SIZE) {
    throw badArgument(fromEnd ? 'last' : 'first', `must be from 0 to ${MAX_SIZE}, not ${size}`);
  }
  return {
    size,
    fromEnd,
    after: cursor.decode(after, 'after'),
    before: cursor.decode(before, 'before'),
    // One more tells whether there are others.
    limit: size + 1,
  };
}

/** A place in a list, as text that means nothing to clients. */
export interface CursorCodec<Place> {
  readonly encode: (place: Place) => string;
  /** Null for no cursor. Throws a GraphQLError with BAD_USER_INPUT for what no page ever gave. */
  readonly decode: (cursor: string | null | undefined, argumentName: 'after' | 'before') => Place | null;
}

/** Milliseconds since 1970, within what the store can tell: a cursor may be made up. */
export const cursorMoment = z.number().min(0).max(Date.parse('9999-12-31T23:59:59.999Z'));

/** No cursor of ours comes near it. */
const maxCursorLength = 500;

/** Cursors that hold the values `shape` accepts: JSON in base64url. */
export function cursorCodec<Place>(shape: z.ZodType<Place>): CursorCodec<Place> {
  return {
    encode: (place) => Buffer.from(JSON.stringify(place)).toString('base64url'),
    decode: (text, argumentName) => {
      if (text === null || text === undefined) return null;
      const place = shape.safeParse(parseCursor(text));
      if (!place.success) throw badArgument(argumentName, 'must be a cursor of this list');
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
  readonly nodes: readonly Node[];
  readonly pageInfo: PageInfo;
}

/** The cursors are null when the page is empty. */
interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export interface Page<Row, Node> {
  /** As `request` asks for them: the last of the list first, where it is read from its end. */
  readonly rows: readonly Row[];
  readonly request: PageRequest<unknown>;
  readonly cursorOf: (row: Row) => string;
  readonly nodeOf: (row: Row) => Node;
}

/** In the direction of the request it is known whether there are more; in the other one there are those that the cursor stands for. */
export function toConnection<Row, Node>({ rows, request, cursorOf, nodeOf }: Page<Row, Node>): Connection<Node> {
  const { size, fromEnd, after, before } = request;
  const hasMore = rows.length > size;
  const shown = rows.slice(0, size);
  const edges = (fromEnd ? shown.reverse() : shown).map((row) => ({ cursor: cursorOf(row), node: nodeOf(row) }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: fromEnd ? before !== null : hasMore,
      hasPreviousPage: fromEnd ? hasMore : after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

export function badArgument(argumentName: string, problem: string): GraphQLError {
  return new GraphQLError(`Argument '${argumentName}' ${problem}`, {
    extensions: { code: 'BAD_USER_INPUT', argumentName },
  });
}
