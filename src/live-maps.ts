import { Expiry } from './expiry/expiry.ts';
import { measureStoreClock, StoreClock } from './expiry/store-clock.ts';
import type { Infrastructure } from './infrastructure.ts';
import { ChangeNews } from './live/change-news.ts';
import { HeadWatch } from './live/head-watch.ts';
import { LiveSeatMaps } from './live/live-seat-maps.ts';
import { readChanges, readRevisions } from './store/change-log.ts';
import { loadEventState, readClock, readReservationIds } from './store/queries/event-state.ts';
import { expireReservations } from './store/statements/expire-reservations.ts';

/** How long a map is kept after its last use, for readers that reconnect. */
const SEAT_MAP_LINGER_MS = 30_000;
const CLOCK_EVERY_MS = 2_000;

const monotonicNow = () => performance.now();

export interface LiveMaps {
  readonly seatMaps: LiveSeatMaps;
  readonly expiry: Expiry;
}

/** Opens a node's seat maps, and the expiry of reservations, both by the store's clock. */
export async function openLiveMaps(infrastructure: Infrastructure): Promise<LiveMaps> {
  const { database, coordination, telemetry, logger, resources } = infrastructure;
  const clock = await openStoreClock(infrastructure);
  const seatMaps = openSeatMaps(infrastructure, clock);
  const expiry = resources.use(
    new Expiry({
      notifications: coordination.expiry,
      seatMaps,
      clock,
      expire: (eventId, reservationIds) => expireReservations(database, eventId, reservationIds),
      random: Math.random,
      logger,
      telemetry,
    }),
  );
  return { seatMaps, expiry };
}

function openSeatMaps(infrastructure: Infrastructure, clock: StoreClock): LiveSeatMaps {
  const { config, database, coordination, loopLag, telemetry, logger, resources } = infrastructure;
  const news = resources.use(new ChangeNews({ committed: database.committed, bus: coordination.bus, logger }));
  const heads = resources.use(
    new HeadWatch({
      readRevisions: (eventIds) => readRevisions(database.mapReads, eventIds),
      isReachable: () => coordination.reachable,
      monotonicNow,
      random: Math.random,
      logger,
    }),
  );
  resources.defer(coordination.onReachableChange(() => heads.reschedule()));
  return resources.use(
    new LiveSeatMaps({
      load: (eventId) => loadEventState(database.mapReads, eventId),
      readReservationIds: (eventId, limit) => readReservationIds(database.mapReads, eventId, limit),
      readChanges: (eventId, part) => readChanges(database.mapReads, eventId, part),
      news,
      heads,
      clock,
      monotonicNow,
      coordination,
      random: Math.random,
      frameMs: config.seatMapFrameMs,
      maxMaps: config.maxSeatMaps,
      logger,
      telemetry,
      loopLagMs: () => loopLag.lagMs,
      lingerMs: SEAT_MAP_LINGER_MS,
    }),
  );
}

async function openStoreClock({ database, resources }: Infrastructure): Promise<StoreClock> {
  const clock = new StoreClock(monotonicNow);
  const readStoreClock = () => readClock(database);
  resources.use(await measureStoreClock({ clock, readStoreClock, monotonicNow, everyMs: CLOCK_EVERY_MS }));
  return clock;
}
