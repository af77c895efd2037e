import { sql } from 'drizzle-orm';
import type { NotRunning, ReservationRecord } from '../../domain/records.ts';
import type { SeatChange } from '../../domain/seat.ts';
import { logChange } from '../change-log.ts';
import type { ChangeWriter } from '../database.ts';
import {
  changeRows,
  extensions,
  type HolderRequest,
  holderRows,
  momentNow,
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
  database: ChangeWriter,
  eventId: string,
  requests: readonly HolderRequest[],
  { paymentSeconds }: { readonly paymentSeconds: number },
): Promise<FenceOutcome[]> {
  const statement = sql`
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
      moved as (
        select fenced.* from fenced join running on running.id = fenced.id and running.expires_at < fenced.expires_at
      ),
      seats_moved as (
        update seats
        set expires_at = moved.expires_at, version = seats.version + 1
        from held join moved on moved.id = held.reservation_id
        where seats.event_id = held.event_id and seats.index = held.index
        returning seats.reservation_id, ${seatChange} as change
      ),
      ${logChange(sql`${eventId}::uuid`, momentNow, extensions(sql`moved`))}
    ${holderRows(sql`fenced`, sql`seats_moved`)}`;
  const rows = await changeRows(database, eventId, requests, statement);
  return rows.map((row) => {
    if (!row.running || row.found === null) return notRunning(row);
    return { outcome: 'fenced', reservation: row.changed ?? row.found, seats: row.changes };
  });
}
