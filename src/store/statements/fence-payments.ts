import { sql } from 'drizzle-orm';
import type { SeatChange } from '../../coordination/coordination.ts';
import type { Session } from '../database.ts';
import type { ReservationRecord } from '../records.ts';
import {
  type HolderRequest,
  type HolderRow,
  holderRows,
  momentNow,
  type NotRunning,
  notRunning,
  runningReservations,
} from './running-reservations.ts';
import { seatChange } from './seat-json.ts';

export type FenceOutcome =
  | NotRunning
  | { readonly outcome: 'fenced'; readonly reservation: ReservationRecord; readonly seats: readonly SeatChange[] };

/**
 * Makes sure, before payments, that the reservations run for `paymentSeconds` more. It does so once in a reservation's
 * life, so that nobody keeps seats by paying in vain; a later payment has whatever time is left. Answers in the requests'
 * order.
 */
export async function fencePayments(
  session: Session,
  eventId: string,
  requests: readonly HolderRequest[],
  { paymentSeconds }: { readonly paymentSeconds: number },
): Promise<FenceOutcome[]> {
  const rows = await session.rows<HolderRow>(sql`
    with
      ${runningReservations(eventId, requests)},
      fenced as (
        update reservations
        set
          expires_at = greatest(running.expires_at, ${momentNow} + ${paymentSeconds}::int * interval '1 second'),
          payment_fenced = true
        from running
        where reservations.event_id = running.event_id and reservations.id = running.id and not running.payment_fenced
        returning reservations.*
      ),
      seats_moved as (
        update seats
        set expires_at = fenced.expires_at, version = seats.version + 1
        from held
        join fenced on fenced.id = held.reservation_id
        join running on running.id = fenced.id and running.expires_at < fenced.expires_at
        where seats.event_id = held.event_id and seats.index = held.index
        returning seats.reservation_id, ${seatChange} as change
      )
    ${holderRows(sql`fenced`, sql`seats_moved`)}`);
  return rows.map((row) => {
    if (!row.running || row.found === null) return notRunning(row);
    return { outcome: 'fenced', reservation: row.changed ?? row.found, seats: row.changes };
  });
}
