import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import type { FastifyRequest, preHandlerAsyncHookHandler, preHandlerHookHandler } from 'fastify';
import type { GraphQLError } from 'graphql';
import { send } from './error-replies.ts';
import { notTrusted, type TrustedOperations } from './trusted-operations.ts';

type PersistedQueries = Exclude<ApolloServerOptions<BaseContext>['persistedQueries'], false | undefined>;

/** Apollo keeps ids and texts of several kinds in one cache. */
const apolloPrefix = 'apq:';

/** Apollo's own support for persisted queries, on operations that no client can add to. */
export function persistedQueriesOf(trusted: TrustedOperations): PersistedQueries {
  return {
    cache: {
      get: async (key) => trusted.textOf(key.slice(apolloPrefix.length)),
      set: async () => {},
      delete: async () => false,
    },
  };
}

/** Before Apollo, which would parse and validate what is sent, and tell what is wrong with it. */
export function refuseUntrusted(trusted: TrustedOperations): preHandlerHookHandler {
  return (request, reply, done) => {
    if (textsIn(request).every((text) => trusted.allows(text))) done();
    else void send({ status: 400, error: notTrusted().toJSON() }, request, reply);
  };
}

/** Before Apollo, whose parser would run out of stack, or whose validation would take too long. */
export function refuseTooLarge(check: (text: string) => Promise<GraphQLError | null>): preHandlerAsyncHookHandler {
  return async (request, reply) => {
    for (const text of textsIn(request)) {
      const fault = await check(text);
      if (fault !== null) return send({ status: 400, error: fault.toJSON() }, request, reply);
    }
  };
}

/** Read as Apollo reads them. */
function textsIn({ method, url, body }: FastifyRequest): string[] {
  if (method === 'GET') return new URL(url, 'http://localhost').searchParams.getAll('query');
  const { query } = (body ?? {}) as { readonly query?: unknown };
  return typeof query === 'string' && query !== '' ? [query] : [];
}
