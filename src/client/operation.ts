import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';

/** A typed operation: a `TypedDocumentNode`, or the output of graphql-codegen with `documentMode: 'string'`. */
export type Operation<Result, Variables> = DocumentTypeDecoration<Result, Variables>;

/** The payload of an operation, over HTTP and websockets. */
export interface OperationRequest {
  readonly query?: string;
  readonly variables: unknown;
  readonly extensions?: { readonly persistedQuery: { readonly version: 1; readonly sha256Hash: string } };
}

/** Properties of generated documents, of those of `gql`, and of those of graphql-js' `parse`. */
interface Written {
  readonly __meta__?: { readonly hash?: string; readonly text?: string };
  readonly loc?: { readonly source?: { readonly body: string } };
}

/**
 * @param byHash sends the hash of a trusted operation instead of its text
 * @throws TypeError if the document has no text, or no hash
 */
export function requestOf(operation: Operation<unknown, never>, variables: unknown, byHash: boolean): OperationRequest {
  if (!byHash) return { query: textOf(operation), variables };
  const sha256Hash = (operation as Written).__meta__?.hash;
  if (sha256Hash === undefined) throw new TypeError('The document has no hash: generate it with persistedDocuments');
  return { variables, extensions: { persistedQuery: { version: 1, sha256Hash } } };
}

function textOf(operation: Operation<unknown, never> | string): string {
  if (typeof operation === 'string' || operation instanceof String) return String(operation);
  const { __meta__: meta, loc } = operation as Written;
  const text = meta?.text ?? loc?.source?.body;
  if (text === undefined) throw new TypeError("The document has no text: generate it with documentMode: 'string'");
  return text;
}
