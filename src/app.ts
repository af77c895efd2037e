import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import { AsyncStack } from './async-stack.ts';
import type { Config } from './config.ts';
import type { Coordination } from './coordination/coordination.ts';
import { createMemoryRateLimiter } from './coordination/in-process/rate-limiter.ts';
import { createContext, type Requester, summaryOf } from './graphql/context.ts';
import { Judge } from './graphql/cost/judge.ts';
import { layoutSizes } from './graphql/cost/layout-size.ts';
import { findLayout } from './graphql/lookups.ts';
import { resolvers } from './graphql/resolvers.ts';
import { createSchema } from './graphql/schema.ts';
import type { Services } from './graphql/services.ts';
import { SharedSubscriptions } from './graphql/shared-subscriptions/shared-subscriptions.ts';
import { sliceLists } from './graphql/slices.ts';
import { identityOf } from './identity/identity.ts';
import { type Infrastructure, openInfrastructure } from './infrastructure.ts';
import { TooManySeatMaps } from './live/live-seat-maps.ts';
import { openLiveMaps } from './live-maps.ts';
import { openPaymentProvider } from './payments/open-provider.ts';
import type { PaymentNotices } from './payments/payment-notices.ts';
import type { PaymentProvider } from './payments/payment-provider.ts';
import type { Health } from './server/health.ts';
import { openServer, type Server } from './server/server.ts';
import { readTrustedOperations, type TrustedOperations } from './server/trusted-operations.ts';
import { openServices } from './services.ts';
import type { Database } from './store/engine/database.ts';
import { isStoreUnavailable, storeFaults } from './store/engine/faults.ts';
import type { Happenings } from './telemetry/happenings.ts';
import { logHappenings } from './telemetry/logs.ts';
import { countHappenings } from './telemetry/metrics.ts';
import { observeNode } from './telemetry/node-metrics.ts';
import { serveMetrics } from './telemetry/serve-metrics.ts';
import { type Fault, ServiceHealth } from './telemetry/service-health.ts';

const LEVEL_HOLD_MS = 10_000;
/** This few operations are answered soon, however much the event loop lags. */
const FEW_IN_FLIGHT = 32;

export interface AppParts {
  readonly logger: Logger;
  /** For tests. */
  readonly payment?: PaymentProvider;
  /** Replaces serving the metrics at the address of the settings. Not called if none is set. */
  readonly offerMetrics?: ((registry: Registry) => void) | undefined;
  /** Aborts the start after the current step: `createApp` then rejects with its reason. */
  readonly stop?: AbortSignal;
}

/** A node, which listens until it is disposed of. */
export interface App extends AsyncDisposable {
  readonly url: string;
  readonly graphqlUrl: string;
}

/** Wires everything together; nothing else knows all parts. Rejects if something cannot be opened. */
export async function createApp(config: Config, { logger, payment, offerMetrics, stop }: AppParts): Promise<App> {
  const trustedOperations = await readTrustedOperations(config.trustedOperations);
  // Before the database, which takes a while to create: an unusable secret is reported at once.
  const identity = await identityOf(config.identity, logger);
  const opened = payment ? { provider: payment, webhook: null } : await openPaymentProvider(config.paymentProvider);
  const resources = new AsyncStack();
  try {
    const telemetry = new EventEmitter<Happenings>();
    const metrics = countHappenings(telemetry);
    logHappenings(telemetry, logger);
    const infrastructure = await openInfrastructure({ config, telemetry, logger, resources }, stop);
    const live = await openLiveMaps(infrastructure);
    const { paymentNotices, ...services } = openServices(infrastructure, { live, identity, payment: opened });
    const health = openHealth(infrastructure);
    stop?.throwIfAborted();
    const server = await serve(infrastructure, { services, paymentNotices, health, trustedOperations });
    if (config.metrics !== null) {
      observe(metrics, { ...infrastructure, services, health, server });
      if (offerMetrics) offerMetrics(metrics);
      else resources.use(await serveMetrics(metrics, config.metrics, logger));
    }
    return { ...server, [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose]() };
  } catch (error) {
    await resources[Symbol.asyncDispose]();
    throw error;
  }
}

const monotonicNow = () => performance.now();

function openHealth({ database, coordination, telemetry, resources }: Infrastructure): ServiceHealth {
  const faults = () => faultsOf(database, coordination);
  return resources.use(new ServiceHealth({ faults, holdMs: LEVEL_HOLD_MS, monotonicNow, telemetry }));
}

function faultsOf({ fault, readFault }: Database, { reachable }: Coordination): readonly Fault[] {
  return [
    ...(fault === null ? [] : [{ level: 'CRITICAL', what: storeFaults[fault] } as const]),
    ...(readFault === null ? [] : [{ level: 'DEGRADED', what: `reads alone: ${storeFaults[readFault]}` } as const]),
    ...(reachable ? [] : [{ level: 'DEGRADED', what: 'Redis cannot be reached' } as const]),
  ];
}

/** A node whose store is read-only is ready, because it can show maps. */
function readiness({ level, since, reasons }: ServiceHealth, { fault }: Database): Health {
  return { ready: fault !== 'unresponsive', level, since, reasons };
}

interface Served {
  readonly services: Services;
  readonly paymentNotices: PaymentNotices | null;
  readonly health: ServiceHealth;
  readonly trustedOperations: TrustedOperations;
}

async function serve(
  { config, database, loopLag, telemetry, logger, resources }: Infrastructure,
  { services, paymentNotices, health, trustedOperations }: Served,
): Promise<Server> {
  const schema = createSchema(resolvers);
  sliceLists(schema);
  const publicContext = () => createContext(services, everybody());
  const shared = new SharedSubscriptions({ publicContext, monotonicNow, telemetry });
  const server = await openServer({
    http: config.http,
    websockets: config.websockets,
    admission: {
      ...config.admission,
      fewInFlight: FEW_IN_FLIGHT,
      requestWaitMs: () => loopLag.requestWaitMs,
      telemetry,
    },
    production: config.production,
    trustedOperations,
    schema,
    judge: new Judge({ schema, maxCost: config.limits.maxQueryCost, layoutSizes: layoutSizes(services.layouts) }),
    queryLimiter: createMemoryRateLimiter(config.limits.queriesPerMinute),
    queryCostPerSecond: config.limits.queryCostPerSecond,
    introspection: config.introspection,
    contextFor: (requester) => createContext(services, requester),
    findLayout,
    paymentNotices,
    stripeCapture: config.paymentProvider.name === 'stripe' ? config.paymentProvider.capture : null,
    subscribe: (request) => shared.subscribe(request),
    identity: services.identity,
    logger,
    health: () => readiness(health, database),
    isUnavailable: (error) => isStoreUnavailable(error) || error instanceof TooManySeatMaps,
  });
  resources.defer(() => server.close());
  return server;
}

/** The requester of shared subscriptions: what it may see, everybody may see. */
function everybody(): Requester {
  return { viewer: null, clientAddress: '', isOver: () => false, summary: summaryOf('shared') };
}

interface Observed extends Infrastructure, Pick<Served, 'services' | 'health'> {
  readonly server: Server;
}

function observe(metrics: Registry, { services, health, database, server, loopLag }: Observed): void {
  observeNode(metrics, {
    level: () => health.level,
    websockets: () => server.websockets.count,
    websocketMessages: () => server.websockets.messages,
    eventStreams: () => server.eventStreams.count,
    eventStreamMessages: () => server.eventStreams.messages,
    operationsInFlight: () => server.admission.inFlight,
    writesWaiting: () => services.reservations.waiting,
    statementsWaiting: () => database.waiting,
    readsWaiting: () => database.readsWaiting,
    seatMaps: () => services.seatMaps.count,
    loopLagMs: () => loopLag.lagMs,
  });
  collectDefaultMetrics({ register: metrics });
}
