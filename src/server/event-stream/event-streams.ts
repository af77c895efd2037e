import type { ApolloServer } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ExecutionResult, GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import type { Logger } from 'pino';
import type { WebsocketConfig } from '../../config.ts';
import type { GraphqlContext, Requester } from '../../graphql/context.ts';
import type { Judge } from '../../graphql/cost/judge.ts';
import type { Admission } from '../admission.ts';
import { resultOverHttp } from '../apollo-over-http.ts';
import type { ClientAddresses } from '../client-address.ts';
import { busyReply, type ErrorReply, rateLimitedReply, send } from '../error-replies.ts';
import { codesOf, operationFault, type PublicError, retryAfterMs } from '../errors.ts';
import type { HeavyOperations } from '../heavy-operations.ts';
import type { AddressAccounts } from '../live-connections/address-accounts.ts';
import { afterDeadline } from '../live-connections/deadline.ts';
import type { QueryBudgets } from '../query-budgets.ts';
import type { OperationReader, ReadOperation } from '../read-operation.ts';
import { requesterOf } from '../requester.ts';
import { EventStream } from './event-stream.ts';
import { eventStreamType, wholeStream } from './events.ts';
import { type SentOverHttp, sentOperation } from './sent-operation.ts';
import { type SubscriptionParts, sendSubscription } from './subscription.ts';

export interface EventStreamsOptions {
  readonly schema: GraphQLSchema;
  readonly readOperation: OperationReader;
  readonly contextFor: (requester: Requester) => GraphqlContext;
  readonly subscribe: SubscriptionParts['subscribe'];
  readonly admission: Admission;
  readonly judge: Judge;
  readonly queryBudgets: QueryBudgets;
  readonly apollo: ApolloServer<GraphqlContext>;
  readonly heavyOperations: HeavyOperations;
  readonly accounts: AddressAccounts;
  readonly clientAddresses: ClientAddresses;
  readonly limits: Pick<WebsocketConfig, 'stallSeconds'>;
  readonly publicError: PublicError;
  readonly logger: Logger;
}

const contentType = `${eventStreamType}; charset=utf-8`;

const tooManyStreams = {
  message: 'Too many live connections from your network address',
  extensions: { code: 'RATE_LIMITED', retryAfterMs },
} as const;

/** A valid operation of a request. */
interface CostedOperation extends ReadOperation {
  readonly sent: SentOverHttp;
  readonly requester: Requester;
  readonly cost: number;
}

/** Executes operations whose results are sent as server-sent events, each on a request of its own. */
export class EventStreams {
  readonly #options: EventStreamsOptions;
  readonly #sent = { messages: 0 };
  #count = 0;

  constructor(options: EventStreamsOptions) {
    this.#options = options;
  }

  /** Number of open streams of subscriptions. */
  get count(): number {
    return this.#count;
  }

  /** Messages sent over all streams so far. */
  get messages(): number {
    return this.#sent.messages;
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const sent = sentOperation(request);
    if (sent instanceof GraphQLError) return send({ status: 400, error: sent.toJSON() }, request, reply);
    const requester = requesterOf(this.#options, request, reply);
    const read = await this.#read(sent, requester);
    if (!('document' in read)) return sendEvents(this.#textOf({ errors: read }, requester), reply);
    requester.summary.operation = read.operation?.name?.value ?? null;
    const isSubscription = read.operation?.operation === OperationTypeNode.SUBSCRIPTION;
    return isSubscription ? this.#subscribe(read, request, reply) : this.#execute(read, request, reply);
  }

  async #read(sent: SentOverHttp, requester: Requester): Promise<CostedOperation | readonly GraphQLError[]> {
    const { readOperation, judge } = this.#options;
    try {
      const read = await readOperation(sent);
      if (!('document' in read)) return read;
      const { document, operation } = read;
      const cost = operation ? await judge.costOf({ document, operation, variables: sent.variables }) : 0;
      return cost instanceof GraphQLError ? [cost] : { sent, requester, document, operation, cost };
    } catch (error) {
      return [operationFault(error)];
    }
  }

  /** Apollo limits its cost, and reports an operation that the document does not have, as for JSON. */
  async #execute({ requester }: CostedOperation, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { admission, contextFor } = this.#options;
    const waitMs = admission.refusal();
    if (waitMs !== undefined) return send(busyReply(waitMs), request, reply);
    const execute = () => resultOverHttp(this.#options, contextFor(requester), request);
    return sendEvents(await admission.run(execute), reply);
  }

  async #subscribe(operation: CostedOperation, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const refusal = this.#refusal(operation);
    if (refusal !== null) return send(refusal, request, reply);
    reply.hijack();
    // The code below relies on `close` for its clean-up, which was already emitted.
    if (reply.raw.destroyed) return undefined;
    const stream = this.#open(operation, reply);
    const { tokenExpiresAtMs } = request;
    if (tokenExpiresAtMs !== null) stream.onClose(afterDeadline(tokenExpiresAtMs, () => stream.leave()));
    return this.#sendResults(operation, stream);
  }

  #refusal({ requester: { clientAddress }, cost }: CostedOperation): ErrorReply | null {
    const { accounts, queryBudgets } = this.#options;
    const tooMany = accounts.tooMany(clientAddress);
    if (tooMany === 'of the node') return busyReply(retryAfterMs);
    if (tooMany === 'of the address') return rateLimitedReply(tooManyStreams);
    const tooMuch = queryBudgets.charge(clientAddress, cost);
    return tooMuch && rateLimitedReply(tooMuch);
  }

  #open({ requester: { clientAddress } }: CostedOperation, reply: FastifyReply): EventStream {
    const { accounts, limits } = this.#options;
    const parts = { accounts, account: accounts.of(clientAddress), limits, sent: this.#sent };
    const stream = new EventStream(reply.raw, parts);
    this.#count += 1;
    stream.onClose(() => {
      this.#count -= 1;
    });
    stream.begin({ ...reply.getHeaders(), 'content-type': contentType, 'x-accel-buffering': 'no' });
    return stream;
  }

  #sendResults({ document, sent, requester }: CostedOperation, stream: EventStream): Promise<void> {
    const { schema, contextFor, subscribe, publicError, logger } = this.#options;
    const request = {
      schema,
      document,
      operationName: sent.operationName,
      variableValues: sent.variables,
      contextValue: contextFor(requester),
      publicError: (error: unknown) => publicError(error, requester.summary.requestId),
    };
    return sendSubscription(request, {
      stream,
      subscribe,
      textOf: (result) => this.#textOf(result, requester),
      logger,
    });
  }

  /** As JSON, with errors as clients may see them. */
  #textOf({ errors, data }: ExecutionResult, { summary }: Requester): string {
    if (errors === undefined) return JSON.stringify({ data });
    const publicErrors = errors.map((error) => this.#options.publicError(error, summary.requestId));
    summary.outcome = codesOf(publicErrors);
    return JSON.stringify({ errors: publicErrors, data });
  }
}

function sendEvents(result: string, reply: FastifyReply): FastifyReply {
  return reply.header('content-type', contentType).header('x-accel-buffering', 'no').send(wholeStream(result));
}
