import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Database } from '../store/database.ts';
import { endedReservations, removeEndedReservations } from '../store/statements/remove-ended-reservations.ts';

/** So many are removed in some forty milliseconds, event by event: nobody waits for longer than one of its short statements. */
const BATCH = 500;
/** Most of the store's time is left to those who buy. */
const PAUSE_MS = 250;

export interface HistoryOptions {
  readonly database: Database;
  /** After so many, what ended without a booking is removed; 0 keeps everything. */
  readonly days: number;
  readonly onRemoved: (count: number) => void;
  readonly logger: Logger;
  readonly batch?: number;
  readonly pauseMs?: number;
}

/**
 * Removes reservations that ended without a booking long ago, in short steps with pauses between them, until none is left or the
 * signal comes. Of several nodes that do so at once, each leaves to the others what they are at. Gives how many it has removed.
 */
export async function removeHistory(
  { database, days, onRemoved, logger, batch = BATCH, pauseMs = PAUSE_MS }: HistoryOptions,
  signal: AbortSignal,
): Promise<number> {
  if (days === 0) return 0;
  let removed = 0;
  while (!signal.aborted) {
    const ended = await endedReservations(database.reads, days, batch);
    // Event by event, as every write of the store is.
    const counts: number[] = [];
    for (const ofEvent of ended) counts.push(await removeEndedReservations(database, ofEvent, days));
    const count = counts.reduce((sum, each) => sum + each, 0);
    onRemoved(count);
    removed += count;
    const found = ended.reduce((sum, { reservationIds }) => sum + reservationIds.length, 0);
    // None removed: another node is at the same ones.
    if (found < batch || count === 0) break;
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
  const ago = days === 1 ? '1 day' : `${days} days`;
  if (removed > 0) logger.info({ removed }, `removed ${removed} reservations that ended more than ${ago} ago`);
  return removed;
}
