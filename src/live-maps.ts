import type { Logger } from 'pino';
import type { Closing } from './closing.ts';
import type { Config } from './config.ts';
import type { Coordination } from './coordination/coordination.ts';
import type { Metrics } from './metrics/metrics.ts';
import { notesOnExpiry, notesOnSeatMaps } from './metrics/notes.ts';
import { Expiry } from './seat-map/expiry.ts';
import { LiveSeatMaps } from './seat-map/live-seat-maps.ts';
import type { LoopLag } from './seat-map/loop-lag.ts';
import { measureStoreClock } from './seat-map/measure-store-clock.ts';
import { StoreClock } from './seat-map/store-clock.ts';
import type { Database } from './store/database.ts';
import { expireReservations } from './store/statements/expire-reservations.ts';
import { loadSeatStates } from './store/statements/load-seat-states.ts';
import { readClock } from './store/statements/read-clock.ts';
import { readReservationIds } from './store/statements/reservation-ids.ts';
import { readSeatDigest, readSeatVersions } from './store/statements/seat-digest.ts';

/** A map that nobody looks at is kept this long, for readers that reconnect. */
const SEAT_MAP_LINGER_MS = 30_000;
const AVAILABILITY_EVERY_MS = 1_000;
const CLOCK_EVERY_MS = 2_000;

export interface LiveMapParts {
  readonly database: Database;
  readonly coordination: Coordination;
  readonly loopLag: LoopLag;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** The maps that a node shows, and what makes reservations end on time, all by the store's clock. */
export async function openLiveMaps(
  { seatMapFrameMs }: Pick<Config, 'seatMapFrameMs'>,
  { database, coordination, loopLag, metrics, logger }: LiveMapParts,
  closing: Closing,
): Promise<{ seatMaps: LiveSeatMaps; expiry: Expiry }> {
  const clock = await openStoreClock(database, closing);
  const seatMaps = closing.add(
    new LiveSeatMaps({
      load: (eventId) => loadSeatStates(database.mapReads, eventId),
      clock,
      monotonicNow: () => performance.now(),
      coordination,
      random: Math.random,
      frameMs: seatMapFrameMs,
      logger,
      readDigest: (eventId) => readSeatDigest(database.mapReads, eventId),
      readVersions: (eventId) => readSeatVersions(database.mapReads, eventId),
      readReservationIds: (eventId, limit) => readReservationIds(database.mapReads, eventId, limit),
      loopLagMs: () => loopLag.lagMs,
      ...notesOnSeatMaps(metrics, logger),
      lingerMs: SEAT_MAP_LINGER_MS,
      availabilityEveryMs: AVAILABILITY_EVERY_MS,
    }),
  );
  const expiry = closing.add(
    new Expiry({
      notifications: coordination.expiry,
      seatMaps,
      clock,
      expire: (eventId, reservationIds) => expireReservations(database, eventId, reservationIds),
      publish: (eventId, change) => coordination.bus.publish(eventId, change),
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
