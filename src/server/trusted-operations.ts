import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { ConfigError, type TrustedOperationsConfig } from '../config.ts';
import { readTextFile } from '../text-file.ts';

/** Manifest of the package's own client. The path is the same from `src/server` and `dist/server`. */
const ownManifest = new URL('../../generated/trusted-operations.json', import.meta.url);

/** Texts by hash, as graphql-codegen's client preset writes them, or Apollo's format, as Apollo Kotlin and Apollo iOS write it. */
const manifestSchema = z.union([
  z
    .object({
      format: z.literal('apollo-persisted-query-manifest'),
      operations: z.array(z.object({ id: z.string(), body: z.string() })),
    })
    .transform(({ operations }) => operations.map(({ id, body }): [string, string] => [id, body])),
  z.record(z.string(), z.string()).transform((texts) => Object.entries(texts)),
]);

/** An operation as clients send it: its text, or the id of a known one, as in Apollo's clients. */
export interface SentOperation {
  readonly query?: string | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined;
}

const persistedQuerySchema = z.object({ version: z.literal(1), sha256Hash: z.string() });

/** Operations that clients may send by id, and whether all others are refused. */
export class TrustedOperations {
  readonly only: boolean;
  readonly #texts: ReadonlyMap<string, string>;
  readonly #trusted: ReadonlySet<string>;

  /** @param texts by id, which is usually the hexadecimal SHA-256 of the text */
  constructor(texts: ReadonlyMap<string, string>, only: boolean) {
    this.only = only;
    this.#texts = texts;
    this.#trusted = new Set(texts.values());
  }

  textOf(id: string): string | undefined {
    return this.#texts.get(id);
  }

  allows(text: string): boolean {
    return !this.only || this.#trusted.has(text);
  }

  /** The text to execute, or an error. A text beside a known id is ignored, because some clients always send one. */
  resolve({ query, extensions }: SentOperation): string | GraphQLError {
    const persisted = persistedQuerySchema.safeParse(extensions?.persistedQuery).data;
    const known = persisted && this.textOf(persisted.sha256Hash);
    if (known !== undefined) return known;
    if (query) return this.allows(query) ? query : notTrusted();
    if (persisted !== undefined) return notFound();
    return badRequest('The operation needs a text, or a persistedQuery with the version 1 and a sha256Hash');
  }
}

/** @throws ConfigError if a file is no manifest */
export async function readTrustedOperations({ files, only }: TrustedOperationsConfig): Promise<TrustedOperations> {
  const manifests = await Promise.all([ownManifest, ...files].map(readManifest));
  return new TrustedOperations(new Map(manifests.flat()), only);
}

async function readManifest(file: string | URL): Promise<[string, string][]> {
  const text = await readTextFile(file).catch((cause: Error) => {
    throw new ConfigError(`TRUSTED_OPERATIONS names ${file}, which cannot be read: ${cause.message}`, { cause });
  });
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    const expected = 'expected a JSON object from hash to text, or a persisted query manifest of Apollo';
    throw new ConfigError(`TRUSTED_OPERATIONS names ${file}, which cannot be used; ${expected}`, { cause });
  }
}

export function notTrusted(): GraphQLError {
  const message = 'Only trusted operations are executed here, and this is none of them';
  return new GraphQLError(message, { extensions: { code: 'OPERATION_NOT_TRUSTED' } });
}

/** As in Apollo over HTTP: its clients then send the text. */
function notFound(): GraphQLError {
  return new GraphQLError('PersistedQueryNotFound', { extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } });
}

function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}
