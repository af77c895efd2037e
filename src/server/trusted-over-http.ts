import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import type { FastifyRequest, preHandlerAsyncHookHandler, preHandlerHookHandler } from 'fastify';
import type { GraphQLError } from 'graphql';
import { send } from './error-replies.ts';
import { notTrusted, type TrustedOperations } from './trusted-operations.ts';

type PersistedQueries = Exclude<ApolloServerOptions<BaseContext>['persistedQueries'], false | undefined>;

/** Apollo's prefix for persisted queries in its cache. */
const apolloPrefix = 'apq:';

/** A cache for Apollo's persisted queries to which clients cannot add operations. */
export function persistedQueriesOf(trusted: TrustedOperations): PersistedQueries {
  return {
    cache: {
      get: async (key) => trusted.textOf(key.slice(apolloPrefix.length)),
      set: async () => {},
      delete: async () => false,
    },
  };
}

/** Runs before Apollo, which would parse and validate the operation, and report its faults. */
export function refuseUntrusted(trusted: TrustedOperations): preHandlerHookHandler {
  return (request, reply, done) => {
    if (textsIn(request).every((text) => trusted.allows(text))) done();
    else void send({ status: 400, error: notTrusted().toJSON() }, request, reply);
  };
}

/** Runs before Apollo, whose parser could overflow the stack, and whose validation could take too long. */
export function refuseTooLarge(check: (text: string) => Promise<GraphQLError | null>): preHandlerAsyncHookHandler {
  return async (request, reply) => {
    for (const text of textsIn(request)) {
      const fault = await check(text);
      if (fault !== null) return send({ status: 400, error: fault.toJSON() }, request, reply);
    }
  };
}

/** Parsed as Apollo does. */
function textsIn({ method, url, body }: FastifyRequest): string[] {
  if (method === 'GET') return new URL(url, 'http://localhost').searchParams.getAll('query');
  const { query } = (body ?? {}) as { readonly query?: unknown };
  return typeof query === 'string' && query !== '' ? [query] : [];
}
