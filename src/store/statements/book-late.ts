import { sql } from 'drizzle-orm';
import type { ChangeWriter } from '../engine/database.ts';
import { isFree, isOver, statementNow } from '../rules.ts';
import { events, reservations, seats } from '../tables.ts';
import type { ConfirmOutcome } from './confirm-reservations.ts';
import { earlierUse } from './earlier-uses.ts';
import { changeRows, holderRows, momentNow, notRunning } from './running-reservations.ts';
import {
  type BookingRow,
  type BookRequest,
  bookingColumns,
  bookingOf,
  chooseBookings,
  findUsedReferences,
  writeBookings,
} from './write-bookings.ts';

/**
 * Books a reservation that lapsed while it was being paid for: exactly its seats, if all of them are free and the event has not begun.
 * Otherwise the outcome is 'expired', or why the reservation is none that lapsed.
 */
export async function bookLate(database: ChangeWriter, eventId: string, request: BookRequest): Promise<ConfirmOutcome> {
  const ofEvent = sql`${eventId}::uuid`;
  const statement = sql`
    with
      request as materialized (
        select 0 as ordinal, ${request.reservationId}::uuid as reservation_id, ${earlierUse(sql`0`)} as earlier
      ),
      found as materialized (
        select request.ordinal, request.earlier, reservations.*
        from request
        cross join lateral (
          select * from ${reservations}
          where ${reservations.eventId} = ${ofEvent}
            and ${reservations.id} = request.reservation_id
            and ${reservations.viewerId} = ${request.viewerId}
          for update
        ) as reservations
      ),
      moment as materialized (select ${statementNow} as now),
      retaken as materialized (
        select seats.*, found.id as holder
        from found
        cross join unnest(found.seat_indexes) as wanted(index)
        cross join lateral (
          select * from ${seats}
          where ${seats.eventId} = ${ofEvent} and ${seats.index} = wanted.index and ${isFree(momentNow)}
          for update
        ) as seats
      ),
      running as materialized (
        select found.* from found
        where found.status in ('ACTIVE', 'EXPIRED')
          and found.expires_at <= ${momentNow}
          and found.earlier is null
          and cardinality(found.seat_indexes) = (select count(*) from retaken)
          and exists (select from ${events} where ${events.id} = ${ofEvent} and not ${isOver(momentNow)})
      ),
      ${chooseBookings(ofEvent, [request], sql`running`)},
      ${writeBookings(ofEvent, sql`retaken`, true)}
    ${holderRows(sql`confirmed`, bookingColumns)}`;
  const ahead = [findUsedReferences({ references: [request.reference] })];
  const [row] = await changeRows<BookingRow>(database, eventId, [request], statement, ahead);
  if (row === undefined) throw new Error('the statement returned no row');
  if (row.changed !== null) return { outcome: 'confirmed', booking: bookingOf(request, row.changed, row.buyer) };
  if (row.earlierIsSame !== null) return { outcome: 'reference-taken' };
  if (row.running) return { outcome: row.isOpen ? 'total-changed' : 'payment-closed' };
  return notRunning(row);
}
