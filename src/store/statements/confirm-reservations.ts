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
  /** Id of the new booking. */
  readonly bookingId: string;
  readonly reference: string;
  /** Empty when there is nothing to pay. */
  readonly paymentAuthorization: string;
  /** The authorized amount, in minor units. */
  readonly totalAmount: number;
}

export type ConfirmOutcome =
  | NotRunning
  /** Seats were released after the payment was authorized. */
  | { readonly outcome: 'total-changed' }
  /** Another booking of any event has the reference. */
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

/** Turns reservations that still run into bookings. Outcomes are in the order of the requests. */
export async function confirmReservations(
  database: ChangeWriter,
  eventId: string,
  requests: readonly ConfirmRequest[],
): Promise<ConfirmOutcome[]> {
  const ofEvent = sql`${eventId}::uuid`;
  const inputOf = (values: readonly unknown[], type: string) =>
    sql`(${sql.param(values)}::${sql.raw(type)}[])[running.ordinal + 1]`;
  const references = requests.map(({ reference }) => reference);
  const statement = sql`
    with
      ${runningReservations(eventId, requests)},
      booking as materialized (
        select
          running.*,
          ${inputOf(
            requests.map(({ bookingId }) => bookingId),
            'uuid',
          )} as booking_id,
          ${inputOf(references, 'text')} as reference,
          ${inputOf(
            requests.map(({ paymentAuthorization }) => paymentAuthorization),
            'text',
          )} as payment_authorization
        from running
        where running.total_amount = ${inputOf(
          requests.map(({ totalAmount }) => totalAmount),
          'bigint',
        )}
      ),
      inserted_booking as (
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
        select held.*, booking.booking_id as new_booking_id from held join booking on booking.id = held.reservation_id
      ),
      inserted_booked_seats as (
        ${insertSelected(bookedSeats, { eventId: ofEvent, bookingId: sql`booked.new_booking_id`, seatIndex: sql`booked.index` })}
        from booked
      ),
      updated_seats as (
        ${rewrite(seats, sql`booked`, {
          eventId: ofEvent,
          status: sql`'BOOKED'`,
          bookingId: sql`booked.new_booking_id`,
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
    select input.position - 1 as ordinal, 'taken' as what
    from unnest(${sql.placeholder('references')}::text[]) with ordinality as input(reference, position)
    join ${bookings} on ${bookings.reference} = input.reference`),
);

function outcomeOf(request: ConfirmRequest, row: HolderRow | undefined): ConfirmOutcome {
  if (row === undefined) throw new Error('the statement returned no row for a request');
  if (row.changed !== null) return { outcome: 'confirmed', booking: bookingOf(request, row.changed) };
  if (row.found !== null && row.earlierIsSame !== null) return { outcome: 'reference-taken' };
  return row.running ? { outcome: 'total-changed' } : notRunning(row);
}

/** The booking as it was inserted, at the moment at which the reservation was read. */
function bookingOf({ bookingId, reference }: ConfirmRequest, reservation: ReservationRecord): BookingRecord {
  const { eventId, id, viewerId, totalAmount, seatIndexes, readAtMs } = reservation;
  return {
    ...{ eventId, id: bookingId, reservationId: id, viewerId, reference },
    ...{ status: 'CONFIRMED', totalAmount, seatIndexes, bookedAtMs: readAtMs },
  };
}
