import { type DocumentNode, Kind, OperationTypeNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { rememberedDocuments } from './documents.ts';
import { KnownOperation } from './known-operation.ts';
import type { TrustedOperations } from './trusted-operations.ts';

/** `accept` headers that are remembered. Clients have a few dozen. */
const MAX_ACCEPTS = 100;

export interface KnownRequest {
  readonly known: KnownOperation;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  /** Of the answer. */
  readonly contentType: string;
}

/**
 * Queries and mutations that Apollo has parsed and validated, by their texts. They are executed without Apollo, whose way through
 * plugins, hashes and caches takes longer than a refusal does.
 */
export class KnownOperations {
  readonly #trusted: TrustedOperations;
  readonly #operations = new LRUCache<string, KnownOperation>({
    ...rememberedDocuments,
    sizeCalculation: (_, text) => text.length,
  });
  /** As Apollo has chosen them before, by `accept`. */
  readonly #contentTypes = new LRUCache<string, string>({ max: MAX_ACCEPTS });

  constructor(trusted: TrustedOperations) {
    this.#trusted = trusted;
  }

  /** Documents with several operations are left to Apollo. */
  add(text: string, document: DocumentNode): void {
    if (this.#operations.has(text)) return;
    const [operation, another] = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    if (operation?.kind !== Kind.OPERATION_DEFINITION || another !== undefined) return;
    if (operation.operation !== OperationTypeNode.SUBSCRIPTION)
      this.#operations.set(text, new KnownOperation({ document, operation }));
  }

  addContentType(accept: string | undefined, contentType: string): void {
    this.#contentTypes.set(accept ?? '', contentType);
  }

  /** Undefined for what is not known, and for whatever Apollo might find fault with. */
  find(body: unknown, accept: string | undefined): KnownRequest | undefined {
    if (!isRecord(body)) return undefined;
    const { operationName, variables } = body;
    if (variables !== undefined && variables !== null && !isRecord(variables)) return undefined;
    const known = this.#operations.get(this.#textOf(body));
    const contentType = this.#contentTypes.get(accept ?? '');
    if (known === undefined || contentType === undefined) return undefined;
    const name = known.operation.name?.value;
    if (operationName !== undefined && operationName !== null && operationName !== name) return undefined;
    return { known, variables: variables ?? undefined, contentType };
  }

  /** Empty if it is not known. Apollo compares a text with its hash, if a client sends both. */
  #textOf({ query, extensions }: Readonly<Record<string, unknown>>): string {
    const text = typeof query === 'string' ? query : '';
    if (extensions === undefined || extensions === null) return text;
    if (!isRecord(extensions)) return '';
    const { persistedQuery } = extensions;
    if (persistedQuery === undefined || persistedQuery === null) return text;
    if (query !== undefined || !isRecord(persistedQuery) || persistedQuery.version !== 1) return '';
    const { sha256Hash } = persistedQuery;
    return typeof sha256Hash === 'string' ? (this.#trusted.textOf(sha256Hash) ?? '') : '';
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
