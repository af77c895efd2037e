import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import type { GraphQLError } from 'graphql';
import type { ErrorReply } from './error-replies.ts';
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

/** Why a request is refused before Apollo sees it; null if it is not. */
export type RefuseOperation = (request: FastifyRequest) => Promise<ErrorReply | null>;

/** Apollo would parse and validate the operation, and report its faults. */
export function refuseUntrusted(trusted: TrustedOperations): RefuseOperation {
  return async (request) => {
    const allows = textsIn(request).every((text) => trusted.allows(text));
    return allows ? null : { status: 400, error: notTrusted().toJSON() };
  };
}

/** Apollo's parser could overflow the stack, and its validation could take too long. */
export function refuseTooLarge(check: (text: string) => Promise<GraphQLError | null>): RefuseOperation {
  return async (request) => {
    for (const text of textsIn(request)) {
      const fault = await check(text);
      if (fault !== null) return { status: 400, error: fault.toJSON() };
    }
    return null;
  };
}

/** Parsed as Apollo does. */
function textsIn({ method, url, body }: FastifyRequest): string[] {
  if (method === 'GET') return new URL(url, 'http://localhost').searchParams.getAll('query');
  const { query } = (body ?? {}) as { readonly query?: unknown };
  return typeof query === 'string' && query !== '' ? [query] : [];
}
