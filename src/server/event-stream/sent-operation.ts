import type { FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { z } from 'zod';

const optionalObject = z.record(z.string(), z.unknown()).nullish();

const sentSchema = z.object({
  query: z.string().optional(),
  operationName: z.string().nullish(),
  variables: optionalObject,
  extensions: optionalObject,
});

export type SentOverHttp = z.output<typeof sentSchema>;

/** As in GraphQL over HTTP: the JSON body of a POST, or the parameters of a GET. */
export function sentOperation({ method, query, body }: FastifyRequest): SentOverHttp | GraphQLError {
  const parameters = query as Readonly<Record<string, unknown>>;
  const { variables, extensions } = parameters;
  const sent =
    method === 'GET' ? { ...parameters, variables: jsonIn(variables), extensions: jsonIn(extensions) } : body;
  const { data, error } = sentSchema.safeParse(sent);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  const where = issue?.path.join('.') || (method === 'GET' ? 'the address' : 'the body');
  return new GraphQLError(`${where}: ${issue?.message}`, { extensions: { code: 'BAD_REQUEST' } });
}

/** Returns text that is no JSON unchanged, which the schema then refuses. */
function jsonIn(parameter: unknown): unknown {
  if (typeof parameter !== 'string' || parameter === '') return parameter === '' ? undefined : parameter;
  try {
    return JSON.parse(parameter);
  } catch {
    return parameter;
  }
}
