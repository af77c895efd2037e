import type { Database } from '../store/engine/database.ts';
import { expireReservations, overdueReservations } from '../store/statements/expire-reservations.ts';
import type { Telemetry } from '../telemetry/happenings.ts';

/** Reservations overdue for less than this are left to the node that granted them. */
const GRACE_MS = 3_000;
const MOST_AT_ONCE = 1_000;

/** Ends overdue reservations, event by event. */
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
