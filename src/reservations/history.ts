import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { eventsWithOldChanges, removeOldChanges } from '../store/change-log.ts';
import type { Database } from '../store/engine/database.ts';
import { endedReservations, removeEndedReservations } from '../store/statements/remove-ended-reservations.ts';
import type { Telemetry } from '../telemetry/happenings.ts';

/** So many rows are removed in some 40 ms, event by event, so that others wait for one short statement at most. */
const BATCH = 500;
/** Leaves most of the store's time to buyers. */
const PAUSE_MS = 250;

export interface HistoryOptions {
  readonly database: Database;
  /** Age at which reservations that ended without a booking, and changes of events that have begun, are removed. 0 keeps everything. */
  readonly days: number;
  readonly telemetry: Telemetry;
  readonly logger: Logger;
  readonly batch?: number;
  readonly pauseMs?: number;
}

/** Number of removed rows. */
export interface RemovedHistory {
  readonly reservations: number;
  readonly changes: number;
}

/**
 * Removes reservations that ended without a booking long ago, and the changes of events that began long ago, in short steps with pauses
 * between them, until none is left or the signal aborts. Several nodes may do so at once: each skips rows that another one has locked.
 */
export async function removeHistory(options: HistoryOptions, signal: AbortSignal): Promise<RemovedHistory> {
  const { days, logger } = options;
  if (days === 0) return { reservations: 0, changes: 0 };
  const ago = days === 1 ? '1 day' : `${days} days`;
  const reservations = await inSteps('reservations', removeReservations, options, signal);
  if (reservations > 0)
    logger.info({ removed: reservations }, `removed ${reservations} reservations that ended more than ${ago} ago`);
  const changes = await inSteps('changes', removeChanges, options, signal);
  if (changes > 0)
    logger.info({ removed: changes }, `removed ${changes} changes of events that began more than ${ago} ago`);
  return { reservations, changes };
}

interface Step {
  readonly removed: number;
  readonly isLast: boolean;
}

/** Returns how many were removed. */
async function inSteps(
  what: keyof RemovedHistory,
  step: (database: Database, days: number, limit: number) => Promise<Step>,
  { database, days, telemetry, batch = BATCH, pauseMs = PAUSE_MS }: HistoryOptions,
  signal: AbortSignal,
): Promise<number> {
  let sum = 0;
  while (!signal.aborted) {
    const { removed, isLast } = await step(database, days, batch);
    telemetry.emit('history:removed', what, removed);
    sum += removed;
    // None removed: another node works on the same rows.
    if (isLast || removed === 0) break;
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
  return sum;
}

async function removeReservations(database: Database, days: number, limit: number): Promise<Step> {
  const ended = await endedReservations(database.reads, days, limit);
  let removed = 0;
  // Event by event, because every write of the store is for one event.
  for (const ofEvent of ended) removed += await removeEndedReservations(database, ofEvent, days);
  const found = ended.reduce((sum, { reservationIds }) => sum + reservationIds.length, 0);
  return { removed, isLast: found < limit };
}

async function removeChanges(database: Database, days: number, limit: number): Promise<Step> {
  const eventIds = await eventsWithOldChanges(database.reads, days, limit);
  let removed = 0;
  for (const eventId of eventIds) {
    if (removed < limit) removed += await removeOldChanges(database, eventId, limit - removed);
  }
  return { removed, isLast: removed < limit };
}
