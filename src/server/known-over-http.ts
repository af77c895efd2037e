import type { HTTPGraphQLHead } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import type { GraphqlContext } from '../graphql/context.ts';
import { compress } from './compression.ts';
import { codesOf, operationFault, type PublicError } from './errors.ts';
import { jsonInSlices } from './json-in-slices.ts';
import type { KnownRequest } from './known-operations.ts';
import { beginOperation, type OperationLimitsParts } from './operation-limits.ts';

export interface KnownExecution extends OperationLimitsParts {
  readonly schema: GraphQLSchema;
  readonly publicError: PublicError;
}

/** Executes a known operation, and answers as Apollo would. */
export async function executeKnown(
  options: KnownExecution,
  asked: KnownRequest,
  context: GraphqlContext,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): Promise<string | Buffer> {
  const { heavyOperations, publicError } = options;
  try {
    const { errors, data } = await resultOf(options, asked, context, request);
    reply.type(asked.contentType);
    if (errors !== undefined) setHead(reply, errors, data);
    const told = errors?.map((error) => publicError(error, request.id));
    if (told !== undefined) context.summary.outcome = codesOf(told);
    const result = { errors: told, data };
    const text = heavyOperations.has(request) ? await jsonInSlices(result) : JSON.stringify(result);
    return await compress(text, request, reply);
  } finally {
    heavyOperations.leave(request);
  }
}

async function resultOf(
  options: KnownExecution,
  { known, variables }: KnownRequest,
  contextValue: GraphqlContext,
  request: FastifyRequest,
): Promise<ExecutionResult> {
  const { document, operation } = known;
  contextValue.summary.operation = operation.name?.value ?? null;
  const { clientAddress } = contextValue;
  const refusal = await beginOperation(options, request, { document, operation, variables, clientAddress });
  if (refusal !== null) return { errors: [refusal] };
  try {
    return await known.execute(options.schema, contextValue, variables);
  } catch (error) {
    return { errors: [operationFault(error)] };
  }
}

/** Without data nothing was executed: the variables do not fit, unless an error says more. */
function setHead(reply: FastifyReply, errors: readonly GraphQLError[], data: ExecutionResult['data']): void {
  if (data === undefined) reply.code(400);
  for (const { extensions } of errors) {
    const { status, headers = [] } = (extensions?.http ?? {}) as Partial<HTTPGraphQLHead>;
    if (status !== undefined) reply.code(status);
    for (const [name, value] of headers) reply.header(name, value);
  }
}
