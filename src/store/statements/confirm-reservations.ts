import { sql } from 'drizzle-orm';
import type { BookingRecord, NotRunning, ReservationRecord } from '../../domain/records.ts';
import { fact, logChange } from '../change-log.ts';
import type { ChangeWriter } from '../engine/database.ts';
import { prepared } from '../engine/prepared.ts';
import { bookedSeats, bookings, reservations, seats } from '../tables.ts';
import { insertSelected, rewrite } from './columns.ts';
import { findEarlierUses } from './earlier-uses.ts';
import {
  changeRows,
  type HolderRequest,
  type HolderRow,
  holderRows,
  momentNow,
  notRunning,
  runningReservations,
} from './running-reservations.ts';

export interface ConfirmRequest extends HolderRequest {
  /** The new booking's. */
  readonly bookingId: string;
  readonly reference: string;
  /** Empty where there is nothing to pay. */
  readonly paymentAuthorization: string;
  /** What was authorized, in minor units. */
  readonly totalAmount: number;
}

export type ConfirmOutcome =
  | NotRunning
  /** Seats were let go of since the payment was authorized. */
  | { readonly outcome: 'total-changed' }
  /** By another booking, whichever event's it is. */
  | { readonly outcome: 'reference-taken' }
  | { readonly outcome: 'confirmed'; readonly booking: BookingRecord };

const facts = sql`(
        select json_agg(${fact('booking-confirmed', {
          bookingId: sql`booking.booking_id`,
          reservationId: sql`booking.id`,
          actor: sql`booking.viewer_id`,
          seatIndexes: sql`booking.seat_indexes`,
        })})
        from booking)`;

/** Makes bookings of reservations that still run. Answers in the requests' order. */
export async function confirmReservations(
  database: ChangeWriter,
  eventId: string,
  requests: readonly ConfirmRequest[],
): Promise<ConfirmOutcome[]> {
  const ofEvent = sql`${eventId}::uuid`;
  const given = (values: readonly unknown[], type: string) =>
    sql`(${sql.param(values)}::${sql.raw(type)}[])[running.ordinal + 1]`;
  const references = requests.map(({ reference }) => reference);
  const statement = sql`
    with
      ${runningReservations(eventId, requests)},
      booking as materialized (
        select
          running.*,
          ${given(
            requests.map(({ bookingId }) => bookingId),
            'uuid',
          )} as booking_id,
          ${given(references, 'text')} as reference,
          ${given(
            requests.map(({ paymentAuthorization }) => paymentAuthorization),
            'text',
          )} as payment_authorization
        from running
        where running.total_amount = ${given(
          requests.map(({ totalAmount }) => totalAmount),
          'bigint',
        )}
      ),
      made as (
        ${insertSelected(bookings, {
          eventId: ofEvent,
          id: sql`booking.booking_id`,
          reservationId: sql`booking.id`,
          viewerId: sql`booking.viewer_id`,
          reference: sql`booking.reference`,
          totalAmount: sql`booking.total_amount`,
          bookedAt: momentNow,
          paymentAuthorization: sql`booking.payment_authorization`,
          paymentCapturedAt: sql`case when booking.total_amount = 0 then ${momentNow} end`,
        })}
        from booking
      ),
      confirmed as (
        ${rewrite(reservations, sql`booking`, { eventId: ofEvent, status: sql`'CONFIRMED'` })}
        returning ${reservations}.*
      ),
      booked as materialized (
        select held.*, booking.booking_id as made_id from held join booking on booking.id = held.reservation_id
      ),
      listed as (
        ${insertSelected(bookedSeats, { eventId: ofEvent, bookingId: sql`booked.made_id`, seatIndex: sql`booked.index` })}
        from booked
      ),
      seats_booked as (
        ${rewrite(seats, sql`booked`, {
          eventId: ofEvent,
          status: sql`'BOOKED'`,
          bookingId: sql`booked.made_id`,
          reservationId: sql`null`,
          expiresAt: sql`null`,
        })}
      ),
      ${logChange(ofEvent, momentNow, facts)}
    ${holderRows(sql`confirmed`)}`;
  const rows = await changeRows(database, eventId, requests, statement, [findUsedReferences({ references })]);
  return requests.map((request, ordinal) => outcomeOf(request, rows[ordinal]));
}

const findUsedReferences = prepared<{ readonly references: readonly string[] }>(
  findEarlierUses(sql`
    select given.position - 1 as ordinal, 'taken' as what
    from unnest(${sql.placeholder('references')}::text[]) with ordinality as given(reference, position)
    join ${bookings} on ${bookings.reference} = given.reference`),
);

function outcomeOf(request: ConfirmRequest, row: HolderRow | undefined): ConfirmOutcome {
  if (row === undefined) throw new Error('the statement left a request out');
  if (row.changed !== null) return { outcome: 'confirmed', booking: bookingOf(request, row.changed) };
  if (row.found !== null && row.earlierIsSame !== null) return { outcome: 'reference-taken' };
  return row.running ? { outcome: 'total-changed' } : notRunning(row);
}

/** What stands in the booking's row, which was written in the moment in which the reservation was read. */
function bookingOf({ bookingId, reference }: ConfirmRequest, reservation: ReservationRecord): BookingRecord {
  const { eventId, id, viewerId, totalAmount, seatIndexes, readAtMs } = reservation;
  return {
    ...{ eventId, id: bookingId, reservationId: id, viewerId, reference },
    ...{ status: 'CONFIRMED', totalAmount, seatIndexes, bookedAtMs: readAtMs },
  };
}
