import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  type ParseOptions,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { nextTimeSlice } from '../time-slices.ts';
import { faultOfSize, faultOfText, validationOptions } from './document-limits.ts';

const maxTokens = 2_000;

/** Documents that select everything have some 500 tokens. */
export const parseOptions: ParseOptions = { maxTokens };

/** Characters of cached documents, each of which takes some 60 times its text: 30 MB. */
export const rememberedDocuments = { max: 1_000, maxSize: 500_000 };

/** Parses and validates a document, or returns its errors. One that is not cached is parsed in a time slice of its own. */
export type DocumentReader = (query: string) => Promise<DocumentNode | readonly GraphQLError[]>;

/** Rules for documents besides those of the specification, over HTTP and websockets. */
export function ownRules(introspection: boolean): ValidationRule[] {
  return introspection ? [] : [NoSchemaIntrospectionCustomRule];
}

/** Caches documents, because apps send the same few, and all at once after a reconnect. */
export function documentReader(schema: GraphQLSchema, introspection: boolean): DocumentReader {
  const rules = [...specifiedRules, ...ownRules(introspection)];
  const remembered = new LRUCache<string, DocumentNode>({
    ...rememberedDocuments,
    sizeCalculation: (_, query) => query.length,
  });
  return async (query) => {
    if (!remembered.has(query)) await nextTimeSlice();
    // Another request may have parsed it during the wait.
    const known = remembered.get(query);
    if (known !== undefined) return known;
    const document = readWithinLimits(query);
    if (document instanceof GraphQLError) return [document];
    const errors = validate(schema, document, rules, validationOptions);
    if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
    remembered.set(query, document);
    return document;
  };
}

/** Returns why a text is too large to be executed; null if it is not, or has other faults. Caches texts without a fault. */
export function textChecker(): (query: string) => Promise<GraphQLError | null> {
  const good = new LRUCache<string, true>({ ...rememberedDocuments, sizeCalculation: (_, query) => query.length });
  return async (query) => {
    if (query === '' || good.get(query)) return null;
    await nextTimeSlice();
    const document = readWithinLimits(query);
    if (!(document instanceof GraphQLError)) good.set(query, true);
    return document instanceof GraphQLError && document.extensions.code === 'QUERY_TOO_LARGE' ? document : null;
  };
}

function readWithinLimits(query: string): DocumentNode | GraphQLError {
  const tooLarge = faultOfText(query, maxTokens);
  if (tooLarge !== null) return tooLarge;
  try {
    const document = parse(query, parseOptions);
    return faultOfSize(document) ?? document;
  } catch (error) {
    if (error instanceof GraphQLError) return withCode(error, 'GRAPHQL_PARSE_FAILED');
    throw error;
  }
}

/** With the codes that Apollo uses over HTTP. */
function withCode(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes = null, source = null, positions = null } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { code } });
}
