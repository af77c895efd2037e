import { ApolloServer, type ApolloServerPlugin, type BaseContext, type GraphQLRequestListener } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { GraphqlContext } from '../graphql/context.ts';
import { validationOptions } from './document-limits.ts';
import { ownRules, parseOptions } from './documents.ts';
import { codesOf, operationFault, type PublicError } from './errors.ts';
import { jsonInSlices } from './json-in-slices.ts';
import type { KnownOperations } from './known-operations.ts';
import { beginOperation, type OperationLimitsParts } from './operation-limits.ts';
import type { TrustedOperations } from './trusted-operations.ts';
import { persistedQueriesOf } from './trusted-over-http.ts';

export interface ApolloOptions extends OperationLimitsParts {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly publicError: PublicError;
  readonly logger: Logger;
  readonly trustedOperations: TrustedOperations;
  readonly knownOperations: KnownOperations;
}

export async function startApollo(options: ApolloOptions) {
  const { schema, introspection, publicError, logger, trustedOperations } = options;
  const large = new WeakSet<object>();
  const requestIds = new WeakMap<object, string>();
  const apollo = new ApolloServer<GraphqlContext>({
    schema,
    logger,
    parseOptions,
    // `ownRules` decides, which also apply to websockets.
    introspection: true,
    validationRules: ownRules(introspection),
    validationOptions,
    // CSRF is no concern, because there are no cookies, only bearer tokens.
    csrfPrevention: false,
    persistedQueries: persistedQueriesOf(trustedOperations),
    includeStacktraceInErrorResponses: false,
    formatError: (_formatted, error) => publicError(error, isObject(error) ? requestIds.get(error) : undefined),
    stringifyResult: (result) =>
      isObject(result.data) && large.has(result.data) ? jsonInSlices(result) : JSON.stringify(result),
    stopOnTerminationSignals: false,
    plugins: [...disabled(), refuseSubscriptions, rethrowFaults, limitOperations(options, { large, requestIds })],
  });
  await apollo.start();
  return apollo;
}

/** Apollo's default plugins take time for every request, or send reports to Apollo. */
function disabled(): ApolloServerPlugin[] {
  return [
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginInlineTraceDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    ApolloServerPluginSchemaReportingDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
  ];
}

const allowed = Promise.resolve();

/** Shared by all requests, to save promises for each. */
const listening = Promise.resolve<GraphQLRequestListener<BaseContext>>({
  didResolveOperation: ({ operation }) =>
    operation?.operation === 'subscription' ? Promise.reject(needsLiveConnection()) : allowed,
});

/** Apollo would execute a subscription like a query, and fail. */
const refuseSubscriptions: ApolloServerPlugin = { requestDidStart: () => listening };

/** Apollo answers 500 if parsing or validation throws, unless a plugin throws something else. */
const rethrowFaults: ApolloServerPlugin = {
  unexpectedErrorProcessingRequest: ({ error }) => Promise.reject(operationFault(error)),
};

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

interface Remembered {
  /** Data of answers that may be large. */
  readonly large: WeakSet<object>;
  /** By error, because Apollo's `formatError` does not get the request. */
  readonly requestIds: WeakMap<object, string>;
}

/** Refuses operations that cost too much, limits heavy ones in flight, and records what the log says about each. */
function limitOperations(
  options: ApolloOptions,
  { large, requestIds }: Remembered,
): ApolloServerPlugin<GraphqlContext> {
  const { heavyOperations, knownOperations } = options;
  const listener: GraphQLRequestListener<GraphqlContext> = {
    async didResolveOperation({ source, document, operation, operationName, request, contextValue }) {
      const { clientAddress, summary } = contextValue;
      summary.operation = operationName;
      knownOperations.add(source, document);
      if (operation === undefined || operation.operation === 'subscription') return;
      const judged = { document, operation, variables: request.variables, clientAddress };
      const refusal = await beginOperation(options, request.http ?? request, judged);
      if (refusal !== null) throw refusal;
    },
    didEncounterErrors({ errors, contextValue: { summary } }) {
      for (const error of errors) requestIds.set(error, summary.requestId);
      return allowed;
    },
    willSendResponse({ request: { http }, response: { body }, contextValue: { summary } }) {
      if (body.kind === 'single' && body.singleResult.errors) summary.outcome = codesOf(body.singleResult.errors);
      const data = body.kind === 'single' && body.singleResult.data;
      if (http && isObject(data) && heavyOperations.has(http)) large.add(data);
      return allowed;
    },
  };
  const listening = Promise.resolve(listener);
  return { requestDidStart: () => listening };
}

function needsLiveConnection(): GraphQLError {
  const message =
    'Subscriptions need a websocket with the subprotocol graphql-transport-ws, or a request that accepts text/event-stream';
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}
