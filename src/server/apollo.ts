import {
  ApolloServer,
  type ApolloServerPlugin,
  type BaseContext,
  type GraphQLRequestListener,
  HeaderMap,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { GraphqlContext } from '../graphql/context.ts';
import type { Judge } from '../graphql/cost/judge.ts';
import { validationOptions } from './document-limits.ts';
import { ownRules, parseOptions } from './documents.ts';
import { codesOf, operationFault, type PublicError } from './errors.ts';
import type { HeavyOperations } from './heavy-operations.ts';
import { jsonInSlices } from './json-in-slices.ts';
import type { QueryBudgets } from './query-budgets.ts';
import type { TrustedOperations } from './trusted-operations.ts';
import { persistedQueriesOf } from './trusted-over-http.ts';

export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly publicError: PublicError;
  readonly logger: Logger;
  readonly trustedOperations: TrustedOperations;
  readonly judge: Judge;
  readonly queryBudgets: QueryBudgets;
  readonly heavyOperations: HeavyOperations;
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
  { judge, queryBudgets, heavyOperations }: ApolloOptions,
  { large, requestIds }: Remembered,
): ApolloServerPlugin<GraphqlContext> {
  const listener: GraphQLRequestListener<GraphqlContext> = {
    async didResolveOperation({ document, operation, operationName, request, contextValue }) {
      contextValue.summary.operation = operationName;
      if (operation === undefined || operation.operation === 'subscription') return;
      const cost = await judge.costOf({ document, operation, variables: request.variables });
      if (cost instanceof GraphQLError) throw badRequest(cost);
      // Mutations are limited by viewer instead.
      const tooMuch = operation.operation === 'query' ? queryBudgets.charge(contextValue.clientAddress, cost) : null;
      const refusal = tooMuch ?? (request.http && (await heavyOperations.enter(request.http, cost)));
      if (refusal) throw retryLater(refusal);
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

function badRequest({ message, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions, http: { status: 400 } } });
}

function retryLater({ message, extensions }: GraphQLFormattedError): GraphQLError {
  const status = extensions?.code === 'RATE_LIMITED' ? 429 : 503;
  const headers = new HeaderMap([['retry-after', String(Math.ceil(Number(extensions?.retryAfterMs) / 1000))]]);
  return new GraphQLError(message, { extensions: { ...extensions, http: { status, headers } } });
}

function needsLiveConnection(): GraphQLError {
  const message =
    'Subscriptions need a websocket with the subprotocol graphql-transport-ws, or a request that accepts text/event-stream';
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}
