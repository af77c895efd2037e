import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import type { Logger } from 'pino';

/** Maps an error to what clients may see, for all transports. The log names the request. */
export type PublicError = (error: unknown, requestId: string | undefined) => GraphQLFormattedError;

export interface FaultReporting {
  /** Whether a retry may succeed: the store is unavailable at present, or a resource of this node is used up. */
  isUnavailable(error: unknown): boolean;
  /** Whether clients may see names of the schema. */
  readonly introspection: boolean;
  readonly logger: Logger;
}

/** How long clients should wait while the store or the identity provider cannot be reached. */
export const retryAfterMs = 1000;

/**
 * Errors meant for the client are kept. If the store is unavailable, the error becomes SERVICE_BUSY; any other becomes
 * INTERNAL_SERVER_ERROR with an `errorId`, under which the cause is logged.
 */
export function publicErrors({ isUnavailable, introspection, logger }: FaultReporting): PublicError {
  return (error, requestId) => {
    const fault = faultOf(error);
    if (error instanceof GraphQLError && isMeantForClient(error, fault)) {
      const told = passOn(error);
      return introspection ? told : { ...told, message: withoutSuggestion(told.message) };
    }
    const where = error instanceof GraphQLError ? placeOf(error) : {};
    if (isUnavailable(fault)) {
      // Outages are logged once by the health check, not for each request.
      logger.debug({ requestId, err: fault, path: where.path }, 'unavailable for now');
      return { ...serviceBusy, ...where };
    }
    const errorId = randomUUID().slice(0, 8);
    logger.error({ requestId, err: fault, errorId, path: where.path }, 'internal error');
    return { message: 'Internal error', ...where, extensions: { code: 'INTERNAL_SERVER_ERROR', errorId } };
  };
}

export const serviceBusy = busyFor(retryAfterMs);

export function busyFor(retryAfterMs: number) {
  return {
    message: 'The service is busy, try again shortly',
    extensions: { code: 'SERVICE_BUSY', retryAfterMs },
  } as const satisfies GraphQLFormattedError;
}

/** For clients that send too many queries without a token. */
export function rateLimited(waitMs: number) {
  return {
    message: `Too many queries from this address. Try again in ${Math.ceil(waitMs / 1000)} s.`,
    extensions: { code: 'RATE_LIMITED', retryAfterMs: waitMs },
  } as const satisfies GraphQLFormattedError;
}

/** Distinct codes. */
export function codesOf(errors: readonly GraphQLFormattedError[]): string {
  return [...new Set(errors.map(({ extensions }) => String(extensions?.code)))].join(', ');
}

/** The original error, without the wrappers of graphql-js and Apollo. */
function faultOf(error: unknown): unknown {
  let at = error;
  while (at instanceof GraphQLError && at.originalError) at = at.originalError;
  return at;
}

/** Errors with a code, and graphql-js' errors about the request, but not those about a resolver's result. */
function isMeantForClient(error: GraphQLError, fault: unknown): boolean {
  // graphql-jit leaves `extensions` out where there are none.
  if (error.extensions?.code !== undefined) return true;
  if (!(fault instanceof GraphQLError)) return false;
  return error.path === undefined || concernsArgument(error);
}

/** Errors about a result have the field as their node, those about an argument its value. */
function concernsArgument({ nodes }: GraphQLError): boolean {
  return nodes?.[0] !== undefined && nodes[0].kind !== Kind.FIELD;
}

function passOn(error: GraphQLError): GraphQLFormattedError {
  // Apollo takes the response's status from `http`, which clients do not need.
  const { http: _, code = 'BAD_USER_INPUT', ...rest } = error.extensions;
  return { ...error.toJSON(), extensions: { code, ...rest } };
}

/** graphql-js ends messages with similar names of the schema, also those about variables. */
function withoutSuggestion(message: string): string {
  const start = message.lastIndexOf(' Did you mean ');
  return start !== -1 && message.endsWith('?') ? message.slice(0, start) : message;
}

function placeOf(error: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  const { locations, path } = error.toJSON();
  return { ...(locations && { locations }), ...(path && { path }) };
}

/** The error for a client when parsing, validating or executing throws instead of returning errors. */
export function operationFault(error: unknown): GraphQLError {
  if (error instanceof GraphQLError)
    return error.extensions.code === undefined ? badRequest(error.message, error.nodes) : error;
  if (isStackOverflow(error)) return badRequest('The operation is nested too deeply');
  return new GraphQLError('Internal error', {
    originalError: error instanceof Error ? error : new Error(String(error)),
  });
}

/** graphql-js recurses over documents and values. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}

/** graphql-js' rule for the root field of subscriptions throws if `@skip` or `@include` has a variable. */
function badRequest(message: string, nodes: GraphQLError['nodes'] = undefined): GraphQLError {
  const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', http: { status: 400 } };
  return new GraphQLError(message, { nodes: nodes ?? null, extensions });
}
