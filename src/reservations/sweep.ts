import type { Logger } from 'pino';
import { outstandingCaptures } from '../store/bookings.ts';
import type { Database } from '../store/database.ts';
import { overdueReservations } from '../store/statements/expire-reservations.ts';
import type { Captures } from './captures.ts';

export interface SweepDependencies {
  readonly database: Database;
  readonly captures: Captures;
  /** Does the housekeeping of overdue reservations of one event, and tells every node. */
  readonly expire: (eventId: string, reservationIds: readonly string[]) => Promise<void>;
  readonly logger: Logger;
  readonly intervalMs: number;
}

/** What is younger is still in the hands of the node whose deadline or booking it is. */
const GRACE_MS = 3_000;
const MOST_AT_ONCE = 1_000;

/**
 * Looks through the store, every now and then, for what a node that died or a message that was lost has left behind:
 * reservations past their deadline, and bookings whose payment was not captured. Any number of nodes may do so at once.
 */
export function startSweep({ database, captures, expire, logger, intervalMs }: SweepDependencies): AsyncDisposable {
  let stopped = false;
  let timer: NodeJS.Timeout;
  let running = Promise.resolve();

  async function sweep(): Promise<void> {
    for (const [eventId, reservationIds] of await overdueByEvent(database)) await expire(eventId, reservationIds);
    for (const booking of await outstandingCaptures(database, GRACE_MS, MOST_AT_ONCE)) await captures.capture(booking);
  }

  function schedule(): void {
    // Spread, so that nodes started together do not sweep together.
    timer = setTimeout(
      () => {
        running = sweep()
          .catch((error: unknown) => logger.warn({ err: error }, 'the sweep of the store failed'))
          .finally(() => stopped || schedule());
      },
      intervalMs * (0.75 + Math.random() / 2),
    );
  }

  schedule();
  return {
    [Symbol.asyncDispose]: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

async function overdueByEvent(database: Database): Promise<Map<string, string[]>> {
  const byEvent = new Map<string, string[]>();
  for (const { eventId, reservationId } of await overdueReservations(database, GRACE_MS, MOST_AT_ONCE)) {
    const ids = byEvent.get(eventId) ?? [];
    byEvent.set(eventId, [...ids, reservationId]);
  }
  return byEvent;
}
