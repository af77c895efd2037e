import { sql } from 'drizzle-orm';
import type { SeatChange } from '../../domain/seat.ts';
import type { Session } from '../database.ts';
import { epochMs, statementNow } from '../rules.ts';

/** Every seat's row as stored, ascending by index, and the store's clock; null when there is no such event. */
export async function loadSeatStates(
  session: Session,
  eventId: string,
): Promise<{ seats: SeatChange[]; nowMs: number } | null> {
  const rows = await session.rows<SeatChange & { nowMs: number }>(sql`
    select
      seats.index,
      seats.status,
      seats.version,
      seats.reservation_id as "reservationId",
      ${epochMs(sql`seats.expires_at`)} as "expiresAtMs",
      ${epochMs(statementNow)} as "nowMs"
    from seats
    where seats.event_id = ${eventId}::uuid
    order by seats.index`);
  const [first] = rows;
  return first === undefined ? null : { seats: rows, nowMs: first.nowMs };
}
