import type { Logger } from 'pino';
import type { Closing } from './closing.ts';
import type { Config } from './config.ts';
import type { Coordination } from './coordination/coordination.ts';
import { Expiry } from './expiry/expiry.ts';
import { measureStoreClock } from './expiry/measure-store-clock.ts';
import { StoreClock } from './expiry/store-clock.ts';
import { ChangeNews } from './live/change-news.ts';
import { HeadWatch } from './live/head-watch.ts';
import { LiveSeatMaps } from './live/live-seat-maps.ts';
import type { Metrics } from './metrics/metrics.ts';
import { notesOnExpiry, notesOnSeatMaps } from './metrics/notes.ts';
import { readChanges, readRevisions } from './store/change-log.ts';
import type { Database } from './store/database.ts';
import { findEvents } from './store/events.ts';
import { expireReservations } from './store/statements/expire-reservations.ts';
import { loadEventState } from './store/statements/load-event-state.ts';
import { readClock } from './store/statements/read-clock.ts';
import { readReservationIds } from './store/statements/reservation-ids.ts';

/** A map that nobody looks at is kept this long, for readers that reconnect. */
const SEAT_MAP_LINGER_MS = 30_000;
const CLOCK_EVERY_MS = 2_000;

export interface LiveMapParts {
  readonly database: Database;
  readonly coordination: Coordination;
  readonly loopLag: { readonly lagMs: number };
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** The maps that a node shows, and what makes reservations end on time, all by the store's clock. */
export async function openLiveMaps(
  { seatMapFrameMs, maxSeatMaps }: Pick<Config, 'seatMapFrameMs' | 'maxSeatMaps'>,
  { database, coordination, loopLag, metrics, logger }: LiveMapParts,
  closing: Closing,
): Promise<{ seatMaps: LiveSeatMaps; expiry: Expiry }> {
  const clock = await openStoreClock(database, closing);
  const monotonicNow = () => performance.now();
  const news = closing.add(new ChangeNews({ committed: database.committed, bus: coordination.bus, logger }));
  const heads = closing.add(
    new HeadWatch({
      readRevisions: (eventIds) => readRevisions(database.mapReads, eventIds),
      isReachable: () => coordination.reachable,
      monotonicNow,
      random: Math.random,
      logger,
    }),
  );
  closing.defer(coordination.onReachableChange(() => heads.reschedule()));
  const seatMaps = closing.add(
    new LiveSeatMaps({
      load: (eventId) => loadEventState(database.mapReads, eventId),
      readEvent: (eventId) => findEvents(database.mapReads, [eventId]).then(([event]) => event ?? null),
      readReservationIds: (eventId, limit) => readReservationIds(database.mapReads, eventId, limit),
      readChanges: (eventId, part) => readChanges(database.mapReads, eventId, part),
      news,
      heads,
      clock,
      monotonicNow,
      coordination,
      random: Math.random,
      frameMs: seatMapFrameMs,
      maxMaps: maxSeatMaps,
      logger,
      loopLagMs: () => loopLag.lagMs,
      ...notesOnSeatMaps(metrics, logger),
      lingerMs: SEAT_MAP_LINGER_MS,
    }),
  );
  const expiry = closing.add(
    new Expiry({
      notifications: coordination.expiry,
      seatMaps,
      clock,
      expire: (eventId, reservationIds) => expireReservations(database, eventId, reservationIds),
      random: Math.random,
      logger,
      ...notesOnExpiry(metrics, logger),
    }),
  );
  return { seatMaps, expiry };
}

async function openStoreClock(database: Database, closing: Closing): Promise<StoreClock> {
  const monotonicNow = () => performance.now();
  const clock = new StoreClock(monotonicNow);
  const readStoreClock = () => readClock(database);
  closing.add(await measureStoreClock({ clock, readStoreClock, monotonicNow, everyMs: CLOCK_EVERY_MS }));
  return clock;
}
