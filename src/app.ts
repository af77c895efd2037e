import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { collectDefaultMetrics, type Registry } from 'prom-client';
import { Closing } from './closing.ts';
import type { Config } from './config.ts';
import type { Coordination } from './coordination/coordination.ts';
import { createMemoryRateLimiter } from './coordination/in-process/rate-limiter.ts';
import { openCoordination } from './coordination/open.ts';
import { EventCatalogue } from './events/catalogue.ts';
import { createDemoEvent } from './events/demo-event.ts';
import { eventReader } from './events/event-reader.ts';
import { Organizing } from './events/organizing.ts';
import { RecentEvents } from './events/recent-events.ts';
import { SeatReader } from './events/seat-reader.ts';
import { Seatings } from './events/seatings.ts';
import { createContext, type Requester, summaryOf } from './graphql/context.ts';
import { Judge } from './graphql/cost/judge.ts';
import { layoutsOf } from './graphql/cost/layout-size.ts';
import { resolvers } from './graphql/resolvers.ts';
import { createSchema } from './graphql/schema.ts';
import type { Services } from './graphql/services.ts';
import { SharedSubscriptions } from './graphql/shared-subscriptions/shared-subscriptions.ts';
import { sliceLists } from './graphql/slices.ts';
import type { Identity } from './identity/identity.ts';
import { identityOf } from './identity/open.ts';
import { Levels, type Trouble } from './levels.ts';
import { TooManySeatMaps } from './live/live-seat-maps.ts';
import { NewReservations } from './live/new-reservations.ts';
import { ReservationUpdates } from './live/reservation-updates.ts';
import { ViewerReservations } from './live/viewer-reservations.ts';
import { openLiveMaps } from './live-maps.ts';
import { countedGate, countedLimiter, countedReservations } from './metrics/counted.ts';
import { Metrics } from './metrics/metrics.ts';
import { observeNode } from './metrics/observe-node.ts';
import { serveMetrics } from './metrics/serve-metrics.ts';
import type { PaymentProvider } from './payments/provider.ts';
import { Settler } from './payments/settler.ts';
import { createTestPaymentProvider } from './payments/test-provider.ts';
import { withTimeLimits } from './payments/with-time-limits.ts';
import { Commits } from './reservations/commits.ts';
import { type RemovedHistory, removeHistory } from './reservations/history.ts';
import { Holdings } from './reservations/holdings.ts';
import { createReservations } from './reservations/reservations.ts';
import { expireOverdue, startRounds } from './reservations/sweep.ts';
import type { Health } from './server/health.ts';
import { LoopLag } from './server/loop-lag.ts';
import { openServer, type Server } from './server/server.ts';
import { readTrustedOperations } from './server/trusted-operations.ts';
import { readBacklogs } from './store/consumer-cursors.ts';
import type { Database } from './store/database.ts';
import { isStoreUnavailable } from './store/faults.ts';
import { openDatabase } from './store/open.ts';
import { expireReservations } from './store/statements/expire-reservations.ts';
import { storeTroubles } from './store/trouble.ts';

const SWEEP_EVERY_MS = 10_000;
/** So often that little has ended in between. */
const REMOVE_HISTORY_EVERY_MS = 300_000;
/** Soon after the start, for nodes that do not run for as long; not at the start itself, when there is enough to do. */
const REMOVE_HISTORY_FIRST_MS = 10_000;
/** As often as metrics are mostly read. */
const MEASURE_BACKLOGS_EVERY_MS = 10_000;
const MEASURE_BACKLOGS_FIRST_MS = 1_000;
const LEVEL_HOLD_MS = 10_000;
/** So few are answered soon, whatever has held up the event loop. */
const FEW_UNDER_WAY = 32;

export interface AppParts {
  readonly logger: Logger;
  /** What a test may stand in for. */
  readonly payment?: PaymentProvider;
  /** Takes the place of serving the metrics at the address of the settings. Not called where none is set. */
  readonly offerMetrics?: ((registry: Registry) => void) | undefined;
  /** Aborted, it ends the start after the step that is under way: rejects with its reason then. */
  readonly stop?: AbortSignal;
}

/** One node: listening, until it is disposed of. */
export interface App extends AsyncDisposable {
  readonly url: string;
  readonly graphqlUrl: string;
}

/** Wires everything together, and is the only one that sees everything. Rejects with what cannot be opened. */
export async function createApp(
  config: Config,
  { logger, payment = createTestPaymentProvider(), offerMetrics, stop }: AppParts,
): Promise<App> {
  const trustedOperations = await readTrustedOperations(config.trustedOperations);
  // Before the database, which takes its time to be made: a secret that is no use is known at once.
  const identity = await identityOf(config.identity, logger);
  const closing = new Closing();
  try {
    const metrics = new Metrics();
    const database = closing.add(
      await openDatabase(config.database, {
        isWatched: true,
        onAnswered: (kind, tookMs) => metrics.storeLatency.observe({ kind }, tookMs / 1000),
        onWarning: (warning) => logger.warn(warning),
      }),
    );
    stop?.throwIfAborted();
    await database.migrate();
    stop?.throwIfAborted();
    if (config.demoEvent) await offerDemo(database, config, logger);
    const loopLag = closing.add(new LoopLag(() => performance.now()));
    const node = await openNode(config, { database, identity, payment, logger, loopLag, metrics }, closing);
    const shared = new SharedSubscriptions({
      publicContext: () => createContext(node.services, everybody()),
      monotonicNow: () => performance.now(),
      onExecuted: (field) => {
        metrics.executions.add([field]);
        logger.trace({ field }, 'executed for every subscriber');
      },
    });
    stop?.throwIfAborted();
    const schema = createSchema(resolvers);
    sliceLists(schema);
    const server = await openServer({
      http: config.http,
      websockets: config.websockets,
      admission: { ...config.admission, fewUnderWay: FEW_UNDER_WAY, lagMs: () => loopLag.behindMs },
      production: config.production,
      trustedOperations,
      schema,
      judge: new Judge({ schema, maxCost: config.limits.maxQueryCost, layoutOf: layoutsOf(node.services.seatings) }),
      queryLimiter: createMemoryRateLimiter(config.limits.queriesPerMinute),
      queryCostPerSecond: config.limits.queryCostPerSecond,
      introspection: config.introspection,
      contextFor: (requester) => createContext(node.services, requester),
      subscribe: (request) => shared.subscribe(request),
      identity: node.services.identity,
      logger,
      health: node.health,
      isUnavailable: (error) => isStoreUnavailable(error) || error instanceof TooManySeatMaps,
    });
    closing.defer(() => server.close());
    observe(metrics, { ...node, database, server, loopLag });
    if (config.metrics !== null) {
      closing.add(
        startRounds({
          what: 'measuring what consumers of the change log have yet to do',
          round: async () => {
            metrics.consumerBacklogs.show(await readBacklogs(database.reads));
            return false;
          },
          logger,
          intervalMs: MEASURE_BACKLOGS_EVERY_MS,
          firstAfterMs: MEASURE_BACKLOGS_FIRST_MS,
        }),
      );
      collectDefaultMetrics({ register: metrics.registry });
      if (offerMetrics) offerMetrics(metrics.registry);
      else closing.add(await serveMetrics(metrics.registry, config.metrics, logger));
    }
    return { ...server, [Symbol.asyncDispose]: () => closing[Symbol.asyncDispose]() };
  } catch (error) {
    await closing[Symbol.asyncDispose]();
    throw error;
  }
}

async function offerDemo(database: Database, config: Config, logger: Logger): Promise<void> {
  const demo = await createDemoEvent(database, config.reservations.reservationSeconds);
  if (demo !== null) logger.info(`created the demo event '${demo.name}', on sale`);
}

interface Foundation {
  readonly database: Database;
  readonly identity: Identity;
  readonly payment: PaymentProvider;
  readonly logger: Logger;
  readonly loopLag: LoopLag;
  readonly metrics: Metrics;
}

/** What serves requests, and what runs beside them. */
interface Node {
  readonly services: Services;
  readonly health: () => Health;
  readonly levels: Levels;
}

async function openNode(config: Config, foundation: Foundation, closing: Closing): Promise<Node> {
  const { database, logger, metrics } = foundation;
  const coordination = closing.add(
    await openCoordination({
      redisUrl: config.redisUrl ?? undefined,
      logger,
      now: () => performance.now(),
    }),
  );
  const { seatMaps, expiry } = await openLiveMaps(config, { ...foundation, coordination }, closing);
  const payment = withTimeLimits(foundation.payment, logger);
  const settler = new Settler({ database, payment, logger });
  closing.defer(() => settler.drain());
  const expire = async (eventId: string, reservationIds: readonly string[]): Promise<void> => {
    const expired = await expireReservations(database, eventId, reservationIds);
    metrics.swept.add([], expired.length);
  };
  const history = {
    ...{ database, days: config.historyDays, logger },
    onRemoved: (what: keyof RemovedHistory, count: number) =>
      (what === 'changes' ? metrics.removedChanges : metrics.removedReservations).add([], count),
  };
  const rounds = { logger, intervalMs: SWEEP_EVERY_MS };
  // Apart, so that a payment provider that hangs keeps no reservation from ending.
  closing.add(startRounds({ ...rounds, what: 'capturing payments again', round: (signal) => settler.round(signal) }));
  closing.add(
    startRounds({
      ...rounds,
      what: 'the sweep of overdue reservations',
      round: () => expireOverdue(database, expire).then(() => false),
    }),
  );
  closing.add(
    startRounds({
      what: 'removing reservations that ended long ago',
      round: (signal) => removeHistory(history, signal).then(() => false),
      logger,
      intervalMs: REMOVE_HISTORY_EVERY_MS,
      firstAfterMs: REMOVE_HISTORY_FIRST_MS,
    }),
  );

  const news = closing.add(new NewReservations({ committed: database.committed, bus: coordination.bus, logger }));
  const heldSeats = coordination.heldSeats(config.limits.maxSeatsPerAddress);
  const reservations = createReservations({
    database,
    gate: countedGate(coordination.gate, metrics),
    onRefused: (layer) => metrics.refusals.add([layer]),
    commits: new Commits({ gate: coordination.gate, heldSeats, deadlines: expiry }),
    heldSeats,
    seatMaps,
    newId: randomUUID,
    random: randomBytes,
    payment,
    settler,
    paymentSeconds: config.paymentSeconds,
    logger,
    ...config.reservations,
  });
  const reservationUpdates = new ReservationUpdates(database.mapReads, seatMaps, logger);
  const viewerReservations = closing.add(
    new ViewerReservations({
      store: database.mapReads,
      updates: reservationUpdates,
      news,
      isReachable: () => coordination.reachable,
      logger,
    }),
  );
  const services: Services = {
    readEvent: eventReader(database),
    seatings: new Seatings(database),
    seats: new SeatReader(database.reads),
    catalogue: new EventCatalogue(database.reads),
    holdings: new Holdings(database.reads),
    isUnavailable: isStoreUnavailable,
    reservations: countedReservations(reservations, metrics),
    recentEvents: new RecentEvents(database.reads),
    organizing: new Organizing({ database, newId: randomUUID }),
    seatMaps,
    reservationUpdates,
    viewerReservations,
    identity: foundation.identity,
    logger,
    mutationLimiter: countedLimiter(coordination.rateLimiter('mutations', config.limits.mutationsPerMinute), metrics),
    guestLimiter: countedLimiter(coordination.rateLimiter('guests', config.limits.guestSignInsPerMinute), metrics),
    guestMutationLimiter: countedLimiter(
      coordination.rateLimiter('guest-mutations', config.limits.guestMutationsPerMinute),
      metrics,
    ),
    policy: {
      ...config.reservations,
      paymentSeconds: config.paymentSeconds,
      maxQueryCost: config.limits.maxQueryCost,
      maxSeatsPerAddress: config.limits.maxSeatsPerAddress,
    },
  };
  const levels = closing.add(
    new Levels({
      troubles: () => troublesOf(database, coordination),
      holdMs: LEVEL_HOLD_MS,
      monotonicNow: () => performance.now(),
      logger,
    }),
  );
  return { services, levels, health: () => healthOf(levels, database) };
}

/** Who asks for what all who subscribe are told. */
function everybody(): Requester {
  return { viewer: null, clientAddress: '', isOver: () => false, summary: summaryOf('shared') };
}

function troublesOf({ trouble, readTrouble }: Database, { reachable }: Coordination): readonly Trouble[] {
  return [
    ...(trouble === null ? [] : [{ level: 'CRITICAL', what: storeTroubles[trouble] } as const]),
    ...(readTrouble === null
      ? []
      : [{ level: 'DEGRADED', what: `reads alone: ${storeTroubles[readTrouble]}` } as const]),
    ...(reachable ? [] : [{ level: 'DEGRADED', what: 'Redis cannot be reached' } as const]),
  ];
}

/** A store that takes no writes can still show maps. */
function healthOf({ level, since, reasons }: Levels, { trouble }: Database): Health {
  return { ready: trouble !== 'silent', level, since, reasons };
}

interface Observed extends Pick<Node, 'services' | 'levels'> {
  readonly database: Database;
  readonly server: Server;
  readonly loopLag: LoopLag;
}

function observe(metrics: Metrics, { services, levels, database, server, loopLag }: Observed): void {
  observeNode(metrics, {
    levels,
    load: server.load,
    writesWaiting: () => services.reservations.waiting,
    statementsWaiting: () => database.waiting,
    readsWaiting: () => database.readsWaiting,
    seatMaps: () => services.seatMaps.count,
    loopLagMs: () => loopLag.lagMs,
  });
}
