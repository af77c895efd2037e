import { sql } from 'drizzle-orm';
import type { BookingRecord, NotRunning, ReservationRecord } from '../../domain/records.ts';
import type { SeatChange } from '../../domain/seat.ts';
import { fact, logChange } from '../change-log.ts';
import type { ChangeWriter } from '../database.ts';
import {
  changeRows,
  type HolderRequest,
  type HolderRow,
  holderRows,
  momentNow,
  notRunning,
  runningReservations,
} from './running-reservations.ts';
import { seatChange } from './seat-json.ts';

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
  | { readonly outcome: 'confirmed'; readonly booking: BookingRecord; readonly seats: readonly SeatChange[] };

const facts = sql`(
        select json_agg(${fact('booking-confirmed', {
          bookingId: sql`made.id`,
          reservationId: sql`made.reservation_id`,
          actor: sql`made.viewer_id`,
          seatIndexes: sql`running.seat_indexes`,
        })})
        from made join running on running.id = made.reservation_id)`;

/** Makes bookings of reservations that still run. Answers in the requests' order. */
export async function confirmReservations(
  database: ChangeWriter,
  eventId: string,
  requests: readonly ConfirmRequest[],
): Promise<ConfirmOutcome[]> {
  const statement = sql`
    with
      ${runningReservations(eventId, requests)},
      given as materialized (
        select * from unnest(
          ${sql.param(requests.map(({ reservationId }) => reservationId))}::uuid[],
          ${sql.param(requests.map(({ bookingId }) => bookingId))}::uuid[],
          ${sql.param(requests.map(({ reference }) => reference))}::text[],
          ${sql.param(requests.map(({ paymentAuthorization }) => paymentAuthorization))}::text[],
          ${sql.param(requests.map(({ totalAmount }) => totalAmount))}::bigint[]
        ) as given(reservation_id, booking_id, reference, payment_authorization, total_amount)
      ),
      made as (
        insert into bookings (
          event_id, id, reservation_id, viewer_id, reference, total_amount, booked_at, payment_authorization,
          payment_captured_at
        )
        select
          running.event_id, given.booking_id, running.id, running.viewer_id, given.reference, running.total_amount,
          ${momentNow}, given.payment_authorization, case when running.total_amount = 0 then ${momentNow} end
        from running
        join given on given.reservation_id = running.id and given.total_amount = running.total_amount
        returning *
      ),
      confirmed as (
        update reservations set status = 'CONFIRMED'
        from made
        where reservations.event_id = made.event_id and reservations.id = made.reservation_id
        returning reservations.*
      ),
      listed as (
        insert into booked_seats (event_id, booking_id, seat_index)
        select made.event_id, made.id, held.index
        from made join held on held.reservation_id = made.reservation_id
      ),
      seats_booked as (
        update seats
        set status = 'BOOKED', booking_id = made.id, reservation_id = null, expires_at = null, version = seats.version + 1
        from held join made on made.reservation_id = held.reservation_id
        where seats.event_id = held.event_id and seats.index = held.index
        returning made.reservation_id, ${seatChange} as change
      ),
      ${logChange(sql`${eventId}::uuid`, momentNow, facts)}
    ${holderRows(sql`confirmed`, sql`seats_booked`)}`;
  const rows = await changeRows(database, eventId, requests, statement);
  return requests.map((request, ordinal) => outcomeOf(request, rows[ordinal]));
}

function outcomeOf(request: ConfirmRequest, row: HolderRow | undefined): ConfirmOutcome {
  if (row === undefined) throw new Error('the statement left a request out');
  if (row.changed !== null) {
    return { outcome: 'confirmed', booking: bookingOf(request, row.changed), seats: row.changes };
  }
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
