import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
import { type Server as GraphqlWs, makeServer, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebsocketConfig } from '../../config.ts';
import type { RateLimiter } from '../../coordination/coordination.ts';
import type { GraphqlContext, Requester } from '../../graphql/context.ts';
import type { Judge } from '../../graphql/cost/judge.ts';
import type { SubscriptionRequest } from '../../graphql/shared-subscriptions/shared-subscriptions.ts';
import type { Subscribed } from '../../graphql/shared-subscriptions/with-backpressure.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Admission } from '../admission.ts';
import { authenticateConnection } from '../authentication.ts';
import { busyFor, codesOf, operationFault, type PublicError, rateLimited } from '../errors.ts';
import type { HeavyOperations } from '../heavy-operations.ts';
import { jsonInSlices } from '../json-in-slices.ts';
import type { QueryBudgets } from '../query-budgets.ts';
import type { OperationReader } from '../read-operation.ts';
import type { Connection, Extra } from './connection.ts';

export interface GraphqlOptions {
  readonly schema: GraphQLSchema;
  readonly readOperation: OperationReader;
  contextFor(requester: Requester): GraphqlContext;
  /** As `subscribe` of graphql-js, but it waits while the request's sink is not writable, and may send messages directly to it. */
  subscribe(request: SubscriptionRequest): Promise<Subscribed>;
  readonly identity: Identity;
  readonly admission: Admission;
  readonly judge: Judge;
  readonly queryBudgets: QueryBudgets;
  readonly heavyOperations: HeavyOperations;
  /** For queries without a token, by network address. */
  readonly queryLimiter: RateLimiter;
  readonly limits: WebsocketConfig;
  readonly publicError: PublicError;
  readonly logger: Logger;
}

/** Queries, mutations and subscriptions over the subprotocol graphql-transport-ws. */
export function graphqlOverWebsocket(options: GraphqlOptions): GraphqlWs<Extra> {
  const { identity, admission, queryBudgets, heavyOperations, queryLimiter } = options;
  const tell = (connection: Connection, id: string, errors: readonly GraphQLError[]) => {
    const told = errors.map((error) => options.publicError(error, connection.requestId));
    connection.summary(id).outcome = codesOf(told);
    return told;
  };
  return makeServer<Record<string, unknown>, Extra>({
    // `Connection` has a timer for it: graphql-ws would keep its own while the socket is open.
    connectionInitWaitTimeout: 0,
    // The arguments come from `subscribeReader`.
    async execute(args) {
      const request = takeRequest(args);
      const { id, connection, cost } = request;
      if (!(await connection.acquireSlot(id))) return { errors: [clientIsGone()] };
      const { viewer, clientAddress } = connection;
      const allowance = viewer === null ? await queryLimiter.consume(clientAddress) : null;
      if (allowance?.allowed === false) return { errors: [errorOf(rateLimited(allowance.retryAfterMs))] };
      const isQuery = getOperationAST(args.document, args.operationName)?.operation === OperationTypeNode.QUERY;
      const tooMuch = isQuery ? queryBudgets.charge(clientAddress, cost) : null;
      const refusal = tooMuch ?? (await heavyOperations.enter(request, cost));
      if (refusal !== null) return { errors: [errorOf(refusal)] };
      try {
        const result = await admission.run(() => execute(request));
        return heavyOperations.has(request) ? await sendLarge(result, request) : result;
      } catch (error) {
        return { errors: [operationFault(error)] };
      } finally {
        heavyOperations.leave(request);
      }
    },
    async subscribe(args) {
      try {
        return await options.subscribe(takeRequest(args));
      } catch (error) {
        return failing(operationFault(error));
      }
    },
    async onConnect({ connectionParams, subscriptions, extra: { connection } }) {
      connection.initialised(subscriptions);
      const token = await authenticateConnection(connectionParams, connection.authorization, identity);
      if (token !== null) connection.authenticated(token);
    },
    onSubscribe: subscribeReader(options),
    onNext: ({ extra: { connection } }, id, _payload, _args, { errors, data }) =>
      errors && { errors: tell(connection, id, errors), ...(data !== undefined && { data }) },
    onError({ extra: { connection } }, id, _payload, errors) {
      const told = tell(connection, id, errors);
      connection.end(id);
      return told;
    },
    onComplete: ({ extra: { connection } }, id) => connection.end(id),
  });
}

interface OperationRequest extends SubscriptionRequest {
  readonly id: string;
  readonly connection: Connection;
  readonly cost: number;
}

/** The arguments that graphql-ws keeps while the operation runs. The request is removed when it begins, to save memory. */
interface HandedArgs extends ExecutionArgs {
  request: OperationRequest | undefined;
}

/** Removes the request from the arguments, once. */
function takeRequest(args: ExecutionArgs): OperationRequest {
  const handed = args as HandedArgs;
  const { request } = handed;
  if (request === undefined) throw new Error('an operation was begun twice');
  handed.request = undefined;
  return request;
}

type OnSubscribe = (
  context: { readonly extra: Extra },
  id: string,
  payload: SubscribePayload,
) => Promise<HandedArgs | readonly GraphQLError[]>;

/** Does not throw, because graphql-ws would then close the socket, and with it the client's other operations. */
function subscribeReader({
  schema,
  readOperation,
  contextFor,
  admission,
  judge,
  publicError,
}: GraphqlOptions): OnSubscribe {
  const publicErrorOf = (connection: Connection) => (error: unknown) => publicError(error, connection.requestId);
  const read = async (connection: Connection, id: string, payload: SubscribePayload) => {
    const refusal = connection.limits.refusal(id, Object.keys(connection.operations).length);
    if (refusal !== undefined) return [refusal];
    const sent = await readOperation(payload);
    if (!('document' in sent)) return sent;
    const { document, operation } = sent;
    // Subscriptions are not refused: they cost next to nothing, and clients may not retry them.
    const waitMs = operation?.operation === OperationTypeNode.SUBSCRIPTION ? undefined : admission.refusal();
    if (waitMs !== undefined) return [errorOf(busyFor(waitMs))];
    const { operationName, variables } = payload;
    const cost = operation ? await judge.costOf({ document, operation, variables }) : 0;
    if (cost instanceof GraphQLError) return [cost];
    const contextValue = contextFor(requesterOf(connection, id));
    contextValue.summary.operation = operation?.name?.value ?? null;
    const sink = connection.sink(id);
    const request = {
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue,
      id,
      connection,
      cost,
      sink,
      publicError: publicErrorOf(connection),
    };
    // With all properties that graphql-ws would add, because an object to which one is added later gets a hidden class of its own.
    return { schema, document, operationName, contextValue: null, rootValue: null, request };
  };
  return async ({ extra: { connection } }, id, payload) => {
    if (!connection.begin(id)) return [idInUse()];
    try {
      return await read(connection, id, connection.payloadOf(payload));
    } catch (error) {
      return [operationFault(error)];
    }
  };
}

/** Serializes and sends the result in slices of time, so that graphql-ws only has to send `complete`. */
async function sendLarge({ errors, data }: ExecutionResult, { sink, publicError }: OperationRequest) {
  const text = await jsonInSlices({ errors: errors?.map((error) => publicError(error)), data });
  sink.next(Buffer.from(text));
  return nothing();
}

async function* nothing(): AsyncGenerator<never> {}

function errorOf(told: GraphQLFormattedError): GraphQLError {
  return new GraphQLError(told.message, told);
}

function requesterOf(connection: Connection, id: string): Requester {
  const { viewer, clientAddress } = connection;
  return { viewer, clientAddress, isOver: () => !connection.isAwaited(id), summary: connection.summary(id) };
}

/** graphql-ws sends it as an `error`, and ends the operation. */
async function* failing(error: GraphQLError): AsyncGenerator<never> {
  yield* [];
  throw error;
}

function idInUse(): GraphQLError {
  return new GraphQLError('The id is in use', { extensions: { code: 'BAD_USER_INPUT' } });
}

/** The client does not get this error. */
function clientIsGone(): GraphQLError {
  return new GraphQLError('The client is gone', { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
}
