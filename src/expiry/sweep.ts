import type { Database } from '../store/engine/database.ts';
import { expireReservations, overdueReservations } from '../store/statements/expire-reservations.ts';
import type { Telemetry } from '../telemetry/happenings.ts';

/** What is younger is still in the hands of the node whose deadline it is. */
const GRACE_MS = 3_000;
const MOST_AT_ONCE = 1_000;

/** Ends reservations past their deadline, event by event. */
export async function expireOverdue(database: Database, telemetry: Telemetry): Promise<void> {
  const overdue = await overdueReservations(database, GRACE_MS, MOST_AT_ONCE);
  const byEvent = new Map<string, string[]>();
  for (const { eventId, reservationId } of overdue) {
    const ids = byEvent.get(eventId) ?? [];
    ids.push(reservationId);
    byEvent.set(eventId, ids);
  }
  for (const [eventId, reservationIds] of byEvent) {
    const ended = await expireReservations(database, eventId, reservationIds);
    telemetry.emit('sweep:ended', ended.length);
  }
}
