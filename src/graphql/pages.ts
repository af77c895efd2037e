import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import { parseResolveInfo, type ResolveTree } from 'graphql-parse-resolve-info';
import { z } from 'zod';
import type { ListPart } from '../domain/list-part.ts';

/** The maximum and the default number of edges of a page. */
const MAX_SIZE = 100;
const USUAL_SIZE = 20;

/** The arguments of a connection. Null means the same as undefined. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** The requested part of a list. */
export interface PageRequest<Place> extends ListPart<Place> {
  readonly size: number;
}

/** Throws a GraphQLError with BAD_USER_INPUT for invalid arguments. */
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
    // One more item shows whether there are further ones.
    limit: size + 1,
  };
}

/** A place in a list, as an opaque string. */
export interface CursorCodec<Place> {
  readonly encode: (place: Place) => string;
  /** Null if there is no cursor. Throws a GraphQLError with BAD_USER_INPUT for an invalid one. */
  readonly decode: (cursor: string | null | undefined, argumentName: 'after' | 'before') => Place | null;
}

/** Milliseconds since 1970, within the range of the store, because a cursor may be forged. */
export const cursorMoment = z.number().min(0).max(Date.parse('9999-12-31T23:59:59.999Z'));

/** Longer than any cursor. */
const maxCursorLength = 500;

/** Cursors with values of a `shape`, as JSON in base64url. */
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

/** Undefined, which is no JSON value, if it is invalid. */
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

/** Cursors are null if the page is empty. */
interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

export interface Page<Row, Node> {
  /** In the order of `request`: the last item comes first if the list is read from its end. */
  readonly rows: readonly Row[];
  readonly request: PageRequest<unknown>;
  readonly cursorOf: (row: Row) => string;
  readonly nodeOf: (row: Row) => Node;
}

/** In the direction of the request, the extra item shows whether there are more. In the other one there are, if there is a cursor. */
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

/** Whether a field of the objects in a connection is asked for, by whatever alias or fragment. */
export function selectsOfNodes(info: GraphQLResolveInfo, fieldName: string): boolean {
  const connection = [parseResolveInfo(info) as ResolveTree];
  const nodes = [...selected(connection, 'nodes'), ...selected(selected(connection, 'edges'), 'node')];
  return selected(nodes, fieldName).length > 0;
}

function selected(of: readonly ResolveTree[], name: string): ResolveTree[] {
  const fields = of.flatMap(({ fieldsByTypeName }) =>
    Object.values(fieldsByTypeName).flatMap(Object.values<ResolveTree>),
  );
  return fields.filter((field) => field.name === name);
}

export function badArgument(argumentName: string, problem: string): GraphQLError {
  return new GraphQLError(`Argument '${argumentName}' ${problem}`, {
    extensions: { code: 'BAD_USER_INPUT', argumentName },
  });
}
