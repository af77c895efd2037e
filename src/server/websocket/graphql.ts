import {
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  OperationTypeNode,
} from 'graphql';
import { type Server as GraphqlWs, makeServer, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import type { WebsocketConfig } from '../../config.ts';
import type { GraphqlContext, Requester } from '../../graphql/context.ts';
import type { SubscriptionRequest } from '../../graphql/shared-subscriptions/shared-subscriptions.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Admission } from '../admission.ts';
import { authenticateConnection } from '../authentication.ts';
import { documentReader } from '../documents.ts';
import { busyFor, type PublicError } from '../errors.ts';
import type { TrustedOperations } from '../trusted-operations.ts';
import type { Connection, Extra } from './connection.ts';
import { paced, type Subscribed } from './paced.ts';

export interface GraphqlOptions {
  readonly trustedOperations: TrustedOperations;
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  contextFor(requester: Requester): GraphqlContext;
  /** As graphql-js', but that it may send the messages by itself, to the request's outlet. */
  subscribe(request: SubscriptionRequest): Promise<Subscribed>;
  readonly identity: Identity;
  readonly admission: Admission;
  readonly limits: WebsocketConfig;
  readonly publicError: PublicError;
  readonly logger: Logger;
}

/** Queries, mutations and subscriptions by the subprotocol graphql-transport-ws. */
export function graphqlOverWebsocket(options: GraphqlOptions): GraphqlWs<Extra> {
  const { identity, admission, limits, publicError } = options;
  return makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: limits.initSeconds * 1000,
    // The arguments are what `operationReader` made of the client's message.
    async execute(args) {
      const { id, connection } = args as OperationRequest;
      return (await connection.turn(id)) ? admission.run(() => execute(args)) : { errors: [notWanted()] };
    },
    async subscribe(args) {
      const request = args as OperationRequest;
      return paced(await options.subscribe(request), request.outlet);
    },
    async onConnect({ connectionParams, subscriptions, extra: { connection } }) {
      connection.operations = subscriptions;
      const token = await authenticateConnection(connectionParams, identity);
      if (token !== null) connection.authenticated(token);
    },
    onSubscribe: operationReader(options),
    onNext: (_context, _id, _payload, _args, { errors, data }) =>
      errors && { errors: errors.map(publicError), ...(data !== undefined && { data }) },
    onError({ extra: { connection } }, id, _payload, errors) {
      connection.over(id);
      return errors.map(publicError);
    },
    onComplete: ({ extra: { connection } }, id) => connection.over(id),
  });
}

interface OperationRequest extends SubscriptionRequest {
  readonly id: string;
  readonly connection: Connection;
}

type OnSubscribe = (
  context: { readonly extra: Extra },
  id: string,
  payload: SubscribePayload,
) => OperationRequest | readonly GraphQLError[];

/** graphql-ws would close the socket, and with it the client's other operations, over what is thrown here. */
function operationReader({
  schema,
  introspection,
  contextFor,
  admission,
  publicError,
  trustedOperations,
}: GraphqlOptions): OnSubscribe {
  const readDocument = documentReader(schema, introspection);
  return ({ extra: { connection } }, id, payload) => {
    if (!connection.begin(id)) return [idInUse()];
    const refusal = connection.limits.refusal(Object.keys(connection.operations).length);
    if (refusal !== undefined) return [refusal];
    const { operationName, variables } = payload;
    const query = trustedOperations.resolve(payload);
    if (query instanceof GraphQLError) return [query];
    const document = readDocument(query);
    if (!('kind' in document)) return document;
    const waitMs = isSubscription(document, operationName) ? undefined : admission.refusal();
    if (waitMs !== undefined) return [new GraphQLError(busyFor(waitMs).message, busyFor(waitMs))];
    try {
      const contextValue = contextFor(requesterOf(connection));
      const outlet = connection.outlet(id);
      const args = { schema, document, operationName, variableValues: variables, contextValue };
      return { ...args, id, connection, outlet, publicError };
    } catch (error) {
      return [
        new GraphQLError('No context', { originalError: error instanceof Error ? error : new Error(String(error)) }),
      ];
    }
  };
}

/** One costs next to nothing, and a client that is refused one may not ask again. */
function isSubscription(document: DocumentNode, operationName: string | null | undefined): boolean {
  return getOperationAST(document, operationName)?.operation === OperationTypeNode.SUBSCRIPTION;
}

function requesterOf({ viewer, clientAddress }: Connection): Requester {
  return { viewer, clientAddress };
}

function idInUse(): GraphQLError {
  return new GraphQLError('The id is in use', { extensions: { code: 'BAD_USER_INPUT' } });
}

/** Nobody reads it. */
function notWanted(): GraphQLError {
  return new GraphQLError('The client is gone', { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
}
