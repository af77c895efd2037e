import { sql } from 'drizzle-orm';
import type { EventState, StoredSeat } from '../../domain/event-state.ts';
import type { Session } from '../database.ts';
import { epochMs, statementNow } from '../rules.ts';

/** All seats as stored, of one moment and so of one revision; null when there is no such event. */
export async function loadEventState(session: Session, eventId: string): Promise<EventState | null> {
  const rows = await session.rows<StoredSeat & { readonly revision: number; readonly nowMs: number }>(sql`
    select
      seats.status,
      seats.reservation_id as "reservationId",
      ${epochMs(sql`seats.expires_at`)} as "expiresAtMs",
      coalesce((select revision from event_heads where event_id = ${eventId}::uuid), 0) as revision,
      ${epochMs(statementNow)} as "nowMs"
    from seats
    where seats.event_id = ${eventId}::uuid
    order by seats.index`);
  const [first] = rows;
  return first === undefined ? null : { revision: first.revision, seats: rows, nowMs: first.nowMs };
}
