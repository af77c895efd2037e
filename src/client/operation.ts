import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';

/** An operation that says what it takes and gives: a `TypedDocumentNode`, or what graphql-codegen makes with `documentMode: 'string'`. */
export type Operation<Result, Variables> = DocumentTypeDecoration<Result, Variables>;

/** What is sent for an operation, over HTTP and websockets alike. */
export interface OperationRequest {
  readonly query?: string;
  readonly variables: unknown;
  readonly extensions?: { readonly persistedQuery: { readonly version: 1; readonly sha256Hash: string } };
}

/** What generated documents, those of `gql`, and those of graphql-js' `parse` have beside their tree. */
interface Written {
  readonly __meta__?: { readonly hash?: string; readonly text?: string };
  readonly loc?: { readonly source?: { readonly body: string } };
}

/**
 * @param byHash sends the hash of a trusted operation in the place of its text
 * @throws TypeError for a document that was made without its text, or its hash
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
