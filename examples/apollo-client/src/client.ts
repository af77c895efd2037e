import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { RetryLink } from '@apollo/client/link/retry';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient } from 'graphql-ws';
import generated from './generated/possible-types.ts';

export interface Options {
  /** `https://tickets.example/graphql` */
  readonly url: string;
  /** Called for every request and connection; null if nobody is signed in. */
  readonly token: () => string | null;
  /** Sends hashes of operations instead of texts. */
  readonly trustedOperations?: boolean;
  /** For Node before 22, which has no `WebSocket`. */
  readonly webSocketImpl?: unknown;
}

/** Apollo Client for Holdfast: subscriptions over graphql-transport-ws, everything else over HTTP. */
export function openClient({ url, token, trustedOperations = false, webSocketImpl }: Options) {
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl,
    connectionParams: () => ({ token: token() ?? undefined }),
    keepAlive: 10_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
  });
  const http = ApolloLink.from([
    // Retries faults of the network only. A mutation that is sent twice needs an idempotencyKey.
    new RetryLink({ attempts: { max: 5, retryIf: (_error, { variables }) => isRepeatable(variables) } }),
    new SetContextLink(({ headers }) => ({
      headers: token() === null ? headers : { ...headers, authorization: `Bearer ${token()}` },
    })),
    new HttpLink({ uri: url }),
  ]);
  const byKind = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    http,
  );
  return new ApolloClient({
    link: trustedOperations ? new PersistedQueryLink({ generateHash: hashOf }).concat(byKind) : byKind,
    cache: new InMemoryCache({ possibleTypes: generated.possibleTypes }),
  });
}

/** The hash that the client preset generates with `persistedDocuments`. */
function hashOf(document: object): string {
  const { __meta__: meta } = document as { readonly __meta__?: { readonly hash: string } };
  if (meta === undefined) throw new TypeError('An operation that was not generated');
  return meta.hash;
}

function isRepeatable({ input }: Record<string, unknown>): boolean {
  return input === undefined || (input as { idempotencyKey?: string | null }).idempotencyKey != null;
}
