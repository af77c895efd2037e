import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { HttpConfig, WebsocketConfig } from '../config.ts';
import type { RateLimiter } from '../coordination/coordination.ts';
import type { GraphqlContext, Requester } from '../graphql/context.ts';
import type { Judge } from '../graphql/cost/judge.ts';
import type { Identity } from '../identity/identity.ts';
import { Admission, type AdmissionOptions } from './admission.ts';
import { startApollo } from './apollo.ts';
import { ClientAddresses } from './client-address.ts';
import { publicErrors } from './errors.ts';
import { EventStreams } from './event-stream/event-streams.ts';
import type { Health } from './health.ts';
import { HeavyOperations } from './heavy-operations.ts';
import { createHttp, graphqlPath, type HttpOptions } from './http.ts';
import { KnownOperations } from './known-operations.ts';
import { AddressAccounts } from './live-connections/address-accounts.ts';
import { QueryBudgets } from './query-budgets.ts';
import { operationReader } from './read-operation.ts';
import type { TrustedOperations } from './trusted-operations.ts';
import type { GraphqlOptions } from './websocket/graphql.ts';
import { openWebsockets, type Websockets } from './websocket/websockets.ts';

export interface ServerOptions {
  readonly http: HttpConfig;
  readonly websockets: WebsocketConfig;
  /** For operations over HTTP and websockets together. */
  readonly admission: AdmissionOptions;
  readonly production: boolean;
  readonly trustedOperations: TrustedOperations;
  readonly schema: GraphQLSchema;
  /** Whether clients may introspect the schema, and get suggestions for unknown names. */
  readonly introspection: boolean;
  /** Called for each operation, so that operations share no caches. */
  contextFor(requester: Requester): GraphqlContext;
  readonly findLayout: HttpOptions['findLayout'];
  readonly paymentNotices: HttpOptions['paymentNotices'];
  readonly stripeCapture: HttpOptions['stripeCapture'];
  /** As in `GraphqlOptions`. */
  subscribe: GraphqlOptions['subscribe'];
  readonly identity: Identity;
  readonly judge: Judge;
  /** For queries without a token, by network address. */
  readonly queryLimiter: RateLimiter;
  /** For one network address; 0 means no limit. */
  readonly queryCostPerSecond: number;
  readonly logger: Logger;
  health(): Health;
  /** Whether an error says that the store is unavailable at present. */
  isUnavailable(error: unknown): boolean;
}

export interface Server {
  /** `http://host:port`, with the real port. */
  readonly url: string;
  /** For HTTP, and with `ws:` for websockets. */
  readonly graphqlUrl: string;
  readonly websockets: Pick<Websockets, 'count' | 'messages'>;
  readonly eventStreams: Pick<EventStreams, 'count' | 'messages'>;
  readonly admission: Pick<Admission, 'inFlight'>;
  /**
   * Reports not ready from now on. Resolves within 10 s after the delay, when all requests in flight are answered or aborted, and all
   * connections closed.
   */
  close(): Promise<void>;
}

/** Length of the accept queue, because thousands connect at once when sales open. The system may allow less. */
const backlog = 4_096;

/** Bound for a shutdown. Orchestrators kill after 30 s, and the store must be closed as well. */
const closeWithinMs = 10_000;

/** Listens for HTTP and websockets. Rejects if it cannot listen, for example with EADDRINUSE. */
export async function openServer(options: ServerOptions): Promise<Server> {
  let closed: Promise<void> | undefined;
  const health = () => (closed === undefined ? options.health() : shuttingDown(options.health()));
  const parts = await createParts({ ...options, health });
  try {
    await parts.http.listen({ host: options.http.host, port: options.http.port, backlog });
  } catch (error) {
    await close(parts);
    throw error;
  }
  const url = urlOf(options.http.host, parts.http);
  return {
    url,
    graphqlUrl: `${url}${graphqlPath}`,
    websockets: parts.websockets,
    eventStreams: parts.eventStreams,
    admission: parts.admission,
    close() {
      closed ??= closeLater(options.http.shutdownDelayMs, parts);
      return closed;
    },
  };
}

function shuttingDown(health: Health): Health {
  return { ...health, ready: false, reasons: ['shutting down', ...health.reasons] };
}

interface Parts {
  readonly admission: Admission;
  readonly apollo: ApolloServer<GraphqlContext>;
  readonly http: FastifyInstance;
  readonly websockets: Websockets;
  readonly eventStreams: EventStreams;
  readonly accounts: AddressAccounts;
}

async function createParts(options: ServerOptions): Promise<Parts> {
  const admission = new Admission(options.admission);
  const shared = {
    ...options,
    limits: options.websockets,
    accounts: new AddressAccounts(options.websockets, () => performance.now()),
    readOperation: operationReader(options),
    admission,
    queryBudgets: new QueryBudgets(options.queryCostPerSecond, () => performance.now()),
    heavyOperations: new HeavyOperations(),
    knownOperations: new KnownOperations(options.trustedOperations),
    publicError: publicErrors(options),
    clientAddresses: new ClientAddresses(options.http.trustedProxies, options.logger),
  };
  const apollo = await startApollo(shared);
  const eventStreams = new EventStreams({ ...shared, apollo });
  const http = await createHttp({ ...shared, apollo, eventStreams });
  const websockets = openWebsockets({
    ...shared,
    corsOrigins: options.http.corsOrigins,
    server: http.server,
    path: graphqlPath,
    basePath: options.http.basePath,
  });
  return { admission, apollo, http, websockets, eventStreams, accounts: shared.accounts };
}

/** Load balancers need a while to notice that the node is not ready. */
async function closeLater(delayMs: number, parts: Parts): Promise<void> {
  if (delayMs > 0) await sleep(delayMs);
  await close(parts);
}

async function close({ apollo, http, websockets, accounts }: Parts): Promise<void> {
  const cutOff = setTimeout(() => {
    websockets.terminate();
    http.server.closeAllConnections();
  }, closeWithinMs);
  try {
    await Promise.all([accounts.drain(), websockets.close(), http.close()]);
    await apollo.stop();
  } finally {
    clearTimeout(cutOff);
    accounts[Symbol.dispose]();
  }
}

/** Names localhost if the server listens on all addresses. */
function urlOf(host: string, http: FastifyInstance): string {
  const { port } = http.server.address() as AddressInfo;
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
