import { HeaderMap } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import type { Judge, JudgedOperation } from '../graphql/cost/judge.ts';
import type { HeavyOperations } from './heavy-operations.ts';
import type { QueryBudgets } from './query-budgets.ts';

export interface OperationLimitsParts {
  readonly judge: Judge;
  readonly queryBudgets: QueryBudgets;
  readonly heavyOperations: HeavyOperations;
}

/**
 * Judges what an operation over HTTP costs before it is executed, and makes it wait if it is heavy.
 * @param key identifies it to `heavyOperations`, which it must leave in the end
 * @returns null if it may be executed; otherwise the error, with a status and headers in `extensions.http`
 */
export async function beginOperation(
  { judge, queryBudgets, heavyOperations }: OperationLimitsParts,
  key: object,
  judged: JudgedOperation & { readonly clientAddress: string },
): Promise<GraphQLError | null> {
  const cost = await judge.costOf(judged);
  if (cost instanceof GraphQLError) return badRequest(cost);
  // Mutations are limited by viewer instead.
  const isQuery = judged.operation.operation === OperationTypeNode.QUERY;
  const tooMuch = isQuery ? queryBudgets.charge(judged.clientAddress, cost) : null;
  const refusal = tooMuch ?? (await heavyOperations.enter(key, cost));
  return refusal && comeBackLater(refusal);
}

function badRequest({ message, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, http: { status: 400 } } });
}

function comeBackLater({ message, extensions }: GraphQLFormattedError): GraphQLError {
  const status = extensions?.code === 'RATE_LIMITED' ? 429 : 503;
  const headers = new HeaderMap([['retry-after', String(Math.ceil(Number(extensions?.retryAfterMs) / 1000))]]);
  return new GraphQLError(message, { extensions: { ...extensions, http: { status, headers } } });
}
