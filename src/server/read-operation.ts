import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { fragmentsOf, rootFieldsOf } from '../graphql/shared-subscriptions/root-fields.ts';
import { documentReader } from './documents.ts';
import type { SentOperation, TrustedOperations } from './trusted-operations.ts';

export interface ReadOperation {
  readonly document: DocumentNode;
  /** Undefined if the document has no operation with the given name, or several and none was given. */
  readonly operation: OperationDefinitionNode | undefined;
}

/** Parses and validates operations that clients send over websockets and for server-sent events; or returns the errors. */
export type OperationReader = (
  sent: SentOperation & { readonly operationName?: string | null | undefined },
) => Promise<ReadOperation | readonly GraphQLError[]>;

export interface OperationReaderOptions {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly trustedOperations: TrustedOperations;
}

export function operationReader({ schema, introspection, trustedOperations }: OperationReaderOptions): OperationReader {
  const readDocument = documentReader(schema, introspection);
  return async (sent) => {
    const query = trustedOperations.resolve(sent);
    if (query instanceof GraphQLError) return [query];
    const document = await readDocument(query);
    if (!('kind' in document)) return document;
    const operation = getOperationAST(document, sent.operationName) ?? undefined;
    if (operation?.operation === OperationTypeNode.SUBSCRIPTION) {
      // graphql-js' `subscribe` fails without a root field.
      if (rootFieldsOf(schema, operation, fragmentsOf(document)).length === 0) return [nothingSelected()];
    }
    return { document, operation };
  };
}

function nothingSelected(): GraphQLError {
  const message = 'The subscription selects no field: its only one is left out by @skip or @include';
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
