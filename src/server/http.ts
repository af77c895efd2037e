import { IncomingMessage } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import cors from '@fastify/cors';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type onRequestHookHandler,
} from 'fastify';
import type { Logger } from 'pino';
import type { HttpConfig } from '../config.ts';
import type { GraphqlContext } from '../graphql/context.ts';
import { limitAnswers } from './answer-limits.ts';
import { executeOverHttp } from './apollo-over-http.ts';
import { limitBody, maxPlanBytes } from './body-limit.ts';
import { limitConnections } from './connection-limit.ts';
import { textChecker } from './documents.ts';
import { errorReplies, send } from './error-replies.ts';
import type { EventStreams } from './event-stream/event-streams.ts';
import { addEventStreams } from './event-stream/routes.ts';
import { addExplorer, redirectBrowsers } from './explorer.ts';
import { addHealth, type Health } from './health.ts';
import type { KnownOperations } from './known-operations.ts';
import { executeKnown, type KnownExecution } from './known-over-http.ts';
import { addLayouts, type LayoutOptions } from './layouts.ts';
import { ownPath } from './own-path.ts';
import { addPage, type PageOptions } from './page.ts';
import { addPaymentWebhook, type PaymentWebhookOptions } from './payment-webhook.ts';
import { logRequests, requestIdHeader, requestIdOf } from './request-log.ts';
import { admit, identify, requesterOf } from './requester.ts';
import type { TrustedOperations } from './trusted-operations.ts';
import { refuseTooLarge, refuseUntrusted } from './trusted-over-http.ts';

export interface HttpOptions
  extends LayoutOptions,
    KnownExecution,
    PaymentWebhookOptions,
    Pick<PageOptions, 'stripeCapture'> {
  readonly trustedOperations: TrustedOperations;
  readonly http: HttpConfig;
  readonly production: boolean;
  readonly logger: Logger;
  health(): Health;
  readonly apollo: ApolloServer<GraphqlContext>;
  readonly knownOperations: KnownOperations;
  readonly eventStreams: EventStreams;
}

export const graphqlPath = '/graphql';

/** Time for a whole request, even the largest seating plan over a slow line. */
const requestTimeoutMs = 120_000;

/** Browsers cache preflights for two hours at most. */
const preflightSeconds = 7_200;

/** Headers of every answer. `nosniff` keeps browsers from guessing another type. */
const headersFor = ({ id }: FastifyRequest) => ({ 'x-content-type-options': 'nosniff', [requestIdHeader]: id });

/** Headers that pages of other origins may read. */
const exposedHeaders = [requestIdHeader, 'retry-after'];

/** Everything except websockets. Does not listen yet. */
export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = options.logger;
  const answerError = errorReplies(options);
  const { basePath } = options.http;
  const http = fastify({
    loggerInstance,
    genReqId: requestIdOf,
    logController: new LogController({ disableRequestLogging: true }),
    // Requests have no loggers of their own.
    childLoggerFactory: (logger) => logger,
    requestTimeout: requestTimeoutMs,
    // Requests on open connections are answered during a shutdown, because Fastify's refusal is not a GraphQL error.
    return503OnClosing: false,
    rewriteUrl: ({ url = '/' }) => ownPath(url, basePath),
    http: { IncomingMessage: WebsocketRequest },
    frameworkErrors: (fault, request, reply) => void answerError(fault, request, reply.headers(headersFor(request))),
  });
  http.setErrorHandler(answerError);
  logRequests(http, options.logger);
  http.addHook('onRequest', (request, reply, done) => {
    reply.headers(headersFor(request));
    done();
  });
  limitAnswers(http, { ...options.http, addressOf: (request) => options.clientAddresses.of(request) });
  limitConnections(http, options.clientAddresses, options.http.maxConnectionsPerAddress);
  endConnectionsOnClose(http);
  http.decorateRequest('viewer', null);
  http.decorateRequest('tokenExpiresAtMs', null);
  const { corsOrigins } = options.http;
  await http.register(cors, {
    origin: corsOrigins === '*' ? '*' : [...corsOrigins],
    exposedHeaders,
    maxAge: preflightSeconds,
  });
  addHealth(http, options.health);
  if (basePath !== '') redirectToBase(http, basePath);
  await addPage(http, { basePath, stripeCapture: options.stripeCapture });
  const hasExplorer = !options.production && (await addExplorer(http, graphqlPath, basePath));
  addLayouts(http, options);
  addPaymentWebhook(http, options);
  addGraphql(http, options, hasExplorer);
  return http;
}

/** After `close`, each connection ends with its current answer. Node would keep it for another request. */
function endConnectionsOnClose(http: FastifyInstance): void {
  let closing = false;
  http.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  http.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
}

/** The page uses relative addresses, which need a trailing slash. */
function redirectToBase(http: FastifyInstance, basePath: string): void {
  http.addHook('onRequest', async ({ originalUrl }, reply) => {
    if (originalUrl === basePath || originalUrl.startsWith(`${basePath}?`)) {
      return reply.redirect(`${basePath}/${originalUrl.slice(basePath.length)}`);
    }
  });
}

function addGraphql(http: FastifyInstance, options: HttpOptions, hasExplorer: boolean): void {
  const { contextFor, admission, trustedOperations, knownOperations } = options;
  const onRequest = [noStore, admit(options), identify(options)];
  const refusal = trustedOperations.only ? refuseUntrusted(trustedOperations) : refuseTooLarge(textChecker());
  const execute = async (request: FastifyRequest, reply: FastifyReply) => {
    const known = request.method === 'POST' ? knownOperations.find(request.body, request.headers.accept) : undefined;
    const refused = known === undefined ? await refusal(request) : null;
    if (refused !== null) return send(refused, request, reply);
    const context = contextFor(requesterOf(options, request, reply));
    if (known !== undefined) return executeKnown(options, known, context, { request, reply });
    return executeOverHttp(options, context, { request, reply });
  };
  http.route({
    method: ['GET', 'POST'],
    url: graphqlPath,
    bodyLimit: maxPlanBytes,
    onRequest: hasExplorer ? [redirectBrowsers(options.http.basePath), ...onRequest] : onRequest,
    preParsing: limitBody,
    handler: (request, reply) => admission.run(() => execute(request, reply)),
  });
  addEventStreams(http, {
    path: graphqlPath,
    onRequest: [noStore, identify(options)],
    eventStreams: options.eventStreams,
  });
}

/** Answers are private, and valid only for the moment. */
const noStore: onRequestHookHandler = (_request, reply, done) => {
  reply.header('cache-control', 'no-store');
  done();
};

/**
 * Ignores upgrades to other protocols than websockets (RFC 9110, section 7.8), for which Node would not read the body. Java's
 * HttpClient asks for `h2c` with its first request. Node 24 has `shouldUpgradeCallback` instead.
 */
class WebsocketRequest extends IncomingMessage {
  private asksToUpgrade = false;

  /** Node sets it before the headers are parsed, and reads it afterwards. */
  get upgrade(): boolean {
    const isWebsocket = this.headers.upgrade?.toLowerCase() === 'websocket';
    return this.asksToUpgrade && (isWebsocket || this.method === 'CONNECT');
  }

  set upgrade(asked: boolean | null) {
    this.asksToUpgrade = asked === true;
  }
}
