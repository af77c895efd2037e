import { sql } from 'drizzle-orm';
import type { ChangeWriter } from '../engine/database.ts';
import { prepared } from '../engine/prepared.ts';
import { isFree, isOver, statementNow } from '../rules.ts';
import { events, seats } from '../tables.ts';
import type { ConfirmOutcome } from './confirm-reservations.ts';
import { changeRows, foundReservations, holderRows, momentNow, notRunning, ofEvent } from './running-reservations.ts';
import {
  type BookingRow,
  type BookingValues,
  type BookRequest,
  bookingColumns,
  bookingOf,
  bookingValues,
  chooseBookings,
  findUsedReferences,
  writeBookings,
} from './write-bookings.ts';

/**
 * Books a reservation that lapsed while it was being paid for: exactly its seats, if all of them are free and the event has not begun.
 * Otherwise the outcome is 'expired', or why the reservation is none that lapsed.
 */
export async function bookLate(database: ChangeWriter, eventId: string, request: BookRequest): Promise<ConfirmOutcome> {
  const values = bookingValues(eventId, [request]);
  const [row] = await changeRows<BookingRow>(database, eventId, [request], lateBooking(values), [
    findUsedReferences(values),
  ]);
  if (row === undefined) throw new Error('the statement returned no row');
  if (row.changed !== null) return { outcome: 'confirmed', booking: bookingOf(request, row.changed, row.buyer) };
  if (row.earlierIsSame !== null) return { outcome: 'reference-taken' };
  if (row.running) return { outcome: row.isOpen ? 'total-changed' : 'payment-closed' };
  return notRunning(row);
}

const lateBooking = prepared<BookingValues>(sql`
    with
      ${foundReservations},
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
      ${chooseBookings},
      ${writeBookings(sql`retaken`, true)}
    ${holderRows(sql`confirmed`, bookingColumns)}`);
