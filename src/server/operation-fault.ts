import { GraphQLError } from 'graphql';

/** What a client is told when parsing, validating or executing its operation throws instead of giving errors. */
export function operationFault(error: unknown): GraphQLError {
  if (error instanceof GraphQLError)
    return error.extensions.code === undefined ? badRequest(error.message, error.nodes) : error;
  if (isStackOverflow(error)) return badRequest('The operation is nested too deeply');
  return new GraphQLError('Internal error', {
    originalError: error instanceof Error ? error : new Error(String(error)),
  });
}

/** graphql-js walks documents and values by recursion. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

/** graphql-js' rule on the root field of subscriptions throws where `@skip` or `@include` takes a variable. */
function badRequest(message: string, nodes: GraphQLError['nodes'] = undefined): GraphQLError {
  const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } };
  return new GraphQLError(message, { nodes: nodes ?? null, extensions });
}
