import { randomBytes, randomUUID } from 'node:crypto';
import { EventCatalogue } from './events/catalogue.ts';
import { EventAdministration } from './events/event-administration.ts';
import { EventLayouts } from './events/layouts.ts';
import { SeatReader } from './events/seat-reader.ts';
import { expireOverdue } from './expiry/sweep.ts';
import { LayoutFiles } from './graphql/layout-files.ts';
import type { Services } from './graphql/services.ts';
import type { Identity } from './identity/identity.ts';
import type { Infrastructure } from './infrastructure.ts';
import { EventRows } from './live/event-rows.ts';
import { NewReservations } from './live/new-reservations.ts';
import { ReservationUpdates } from './live/reservation-updates.ts';
import { ViewerReservations } from './live/viewer-reservations.ts';
import type { LiveMaps } from './live-maps.ts';
import { PaymentFlow } from './payments/payment-flow.ts';
import { PaymentNotices } from './payments/payment-notices.ts';
import type { PaymentProvider } from './payments/payment-provider.ts';
import type { OpenedProvider } from './payments/payment-webhook.ts';
import { reconcilePayments } from './payments/reconcile.ts';
import { Settler } from './payments/settler.ts';
import { withTimeLimits } from './payments/with-time-limits.ts';
import { ReservationBookings } from './reservations/book.ts';
import { removeHistory } from './reservations/history.ts';
import { Holdings } from './reservations/holdings.ts';
import { PostCommit } from './reservations/post-commit.ts';
import { createGroupCommit, createReservations, type Reservations } from './reservations/reservations.ts';
import { startRounds } from './rounds.ts';
import { readBacklogs } from './store/consumer-cursors.ts';
import { isStoreUnavailable } from './store/engine/faults.ts';
import { readPaymentBacklog } from './store/queries/payments.ts';

const SWEEP_EVERY_MS = 10_000;
/** Rarely, because nothing should be found: it reads all payments of two days from the provider. */
const RECONCILE_EVERY_MS = 6 * 3_600_000;
const RECONCILE_FIRST_MS = 600_000;
const RECONCILED_MS = 48 * 3_600_000;
/** Often enough that there is little to remove each time. */
const REMOVE_HISTORY_EVERY_MS = 300_000;
/** Soon after the start, for nodes that run for a short time; not at the start itself, when there is enough to do. */
const REMOVE_HISTORY_FIRST_MS = 10_000;
/** About as often as metrics are scraped. */
const MEASURE_BACKLOGS_EVERY_MS = 10_000;
const MEASURE_BACKLOGS_FIRST_MS = 1_000;

export interface ServiceParts {
  readonly live: LiveMaps;
  readonly identity: Identity;
  readonly payment: OpenedProvider;
}

export interface OpenedServices extends Services {
  /** Null if the payment provider tells nothing by itself. */
  readonly paymentNotices: PaymentNotices | null;
}

/** Opens the services that resolvers use, and starts a node's background jobs. */
export function openServices(infrastructure: Infrastructure, parts: ServiceParts): OpenedServices {
  const { live, identity, payment } = parts;
  const { config, database, coordination, telemetry, logger } = infrastructure;
  const provider = withTimeLimits(payment.provider);
  const { reservations, settler, paymentNotices } = openReservations(infrastructure, live, { ...payment, provider });
  infrastructure.resources.defer(() => settler.drain());
  startSweeps(infrastructure, settler);
  startReconciling(infrastructure, provider);
  startHousekeeping(infrastructure);
  const layouts = new EventLayouts(database);
  return {
    events: new EventRows({ store: database, reads: database.reads, seatMaps: live.seatMaps }),
    layouts,
    layoutFiles: new LayoutFiles(),
    seats: new SeatReader(database.reads, live.seatMaps),
    catalogue: new EventCatalogue({ reads: database.reads, seatMaps: live.seatMaps, layouts }),
    holdings: new Holdings(database.reads),
    isUnavailable: isStoreUnavailable,
    reservations,
    paymentProvider: provider,
    paymentNotices,
    eventAdministration: new EventAdministration({ database, newId: randomUUID }),
    seatMaps: live.seatMaps,
    ...openFollowers(infrastructure, live),
    identity,
    logger,
    telemetry,
    mutationLimiter: coordination.rateLimiter('mutations', config.limits.mutationsPerMinute),
    guestLimiter: coordination.rateLimiter('guests', config.limits.guestSignInsPerMinute),
    guestMutationLimiter: coordination.rateLimiter('guest-mutations', config.limits.guestMutationsPerMinute),
    policy: {
      ...config.reservations,
      paymentSeconds: config.paymentSeconds,
      maxQueryCost: config.limits.maxQueryCost,
      maxSeatsPerAddress: config.limits.maxSeatsPerAddress,
      basePath: config.http.basePath,
    },
  };
}

interface OpenedReservations extends Pick<OpenedServices, 'paymentNotices'> {
  readonly reservations: Reservations;
  readonly settler: Settler;
}

function openReservations(
  { config, database, coordination, telemetry, logger }: Infrastructure,
  { seatMaps, expiry }: LiveMaps,
  { provider, webhook }: OpenedProvider,
): OpenedReservations {
  const { gate } = coordination;
  const heldSeats = coordination.heldSeats(config.limits.maxSeatsPerAddress);
  const postCommit = new PostCommit({ gate, heldSeats, deadlines: expiry });
  const groupCommit = createGroupCommit();
  const parts = { database, groupCommit, postCommit, newId: randomUUID, telemetry, logger };
  const bookings = new ReservationBookings({ ...parts, random: randomBytes });
  const payments = new PaymentFlow({ ...parts, provider, bookings, settleSoon: (due) => settler.begin(due) });
  const settler = new Settler({ database, flow: payments, logger });
  const reservations = createReservations({
    ...{ ...parts, gate, heldSeats, seatMaps, bookings, payments, provider: provider.name },
    paymentSeconds: config.paymentSeconds,
    ...config.reservations,
  });
  const paymentNotices = webhook && new PaymentNotices({ database, webhook, provider, flow: payments });
  return { reservations, settler, paymentNotices };
}

/** Followers of single reservations, and of all reservations of a viewer. */
function openFollowers(
  { database, coordination, logger, resources }: Infrastructure,
  { seatMaps }: LiveMaps,
): Pick<Services, 'reservationUpdates' | 'viewerReservations'> {
  const store = database.mapReads;
  const news = resources.use(new NewReservations({ committed: database.committed, bus: coordination.bus, logger }));
  const updates = new ReservationUpdates(store, seatMaps, logger);
  const isReachable = () => coordination.reachable;
  const viewerReservations = resources.use(new ViewerReservations({ store, updates, news, isReachable, logger }));
  return { reservationUpdates: updates, viewerReservations };
}

function startSweeps({ database, telemetry, logger, resources }: Infrastructure, settler: Settler): void {
  const rounds = { logger, intervalMs: SWEEP_EVERY_MS };
  // Separate jobs, so that a payment provider that hangs does not delay the end of reservations.
  resources.use(startRounds({ ...rounds, what: 'settling payments', round: (signal) => settler.round(signal) }));
  resources.use(
    startRounds({
      ...rounds,
      what: 'the sweep of overdue reservations',
      round: () => expireOverdue(database, telemetry).then(() => false),
    }),
  );
}

function startReconciling({ database, logger, resources }: Infrastructure, provider: PaymentProvider): void {
  const reconcile = async (signal: AbortSignal) => {
    const sinceMs = Date.now() - RECONCILED_MS;
    const { differences } = await reconcilePayments({ database, provider, sinceMs, signal });
    for (const { payment, what } of differences) {
      logger.warn(
        { paymentId: payment.id, eventId: payment.eventId, reference: payment.reference },
        `payment differs: ${what}`,
      );
    }
    return false;
  };
  resources.use(
    startRounds({
      what: 'comparing payments with what the provider has',
      round: reconcile,
      logger,
      intervalMs: RECONCILE_EVERY_MS,
      firstAfterMs: RECONCILE_FIRST_MS,
    }),
  );
}

function startHousekeeping({ config, database, telemetry, logger, resources }: Infrastructure): void {
  const history = { database, days: config.historyDays, telemetry, logger };
  resources.use(
    startRounds({
      what: 'removing reservations that ended long ago',
      round: (signal) => removeHistory(history, signal).then(() => false),
      logger,
      intervalMs: REMOVE_HISTORY_EVERY_MS,
      firstAfterMs: REMOVE_HISTORY_FIRST_MS,
    }),
  );
  if (config.metrics === null) return;
  const measure = async () => {
    telemetry.emit('consumers:measured', await readBacklogs(database.reads));
    telemetry.emit('payments:measured', await readPaymentBacklog(database.reads));
    return false;
  };
  resources.use(
    startRounds({
      what: 'measuring what consumers of the change log, and the settler of payments, have yet to do',
      round: measure,
      logger,
      intervalMs: MEASURE_BACKLOGS_EVERY_MS,
      firstAfterMs: MEASURE_BACKLOGS_FIRST_MS,
    }),
  );
}
