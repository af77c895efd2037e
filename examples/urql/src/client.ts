import { Client, fetchExchange, mapExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';

export interface Options {
  /** `https://tickets.example/graphql` */
  readonly url: string;
  /** Called for every request and connection; null if nobody is signed in. */
  readonly token: () => string | null;
  /** Sends hashes of operations instead of texts, also on the websocket. */
  readonly trustedOperations?: boolean;
  /** For Node before 22, which has no `WebSocket`. */
  readonly webSocketImpl?: unknown;
}

/** urql for Holdfast: subscriptions over graphql-transport-ws, everything else over HTTP. */
export function openClient({ url, token, trustedOperations = false, webSocketImpl }: Options): Client {
  const socket = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl,
    connectionParams: () => ({ token: token() ?? undefined }),
    keepAlive: 10_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
  });
  return new Client({
    url,
    preferGetMethod: false,
    fetchOptions: () => ({ headers: token() === null ? {} : { authorization: `Bearer ${token()}` } }),
    exchanges: [
      ...(trustedOperations ? [byHash] : []),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables, extensions }) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe(
              { query, variables: variables as Record<string, unknown>, ...(extensions && { extensions }) },
              sink as Parameters<typeof socket.subscribe>[1],
            ),
          }),
        }),
      }),
    ],
  });
}

/** Adds the hash that the client preset generates with `persistedDocuments`. urql then omits the text. */
const byHash = mapExchange({
  onOperation(operation) {
    const { __meta__: meta } = operation.query as { readonly __meta__?: { readonly hash: string } };
    if (meta === undefined) throw new TypeError('An operation that was not generated');
    const persistedQuery = { version: 1 as const, sha256Hash: meta.hash, miss: false };
    return { ...operation, extensions: { ...operation.extensions, persistedQuery } };
  },
});
