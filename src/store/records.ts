import { type SQL, sql } from 'drizzle-orm';
import { epochMs, reservationStatusAt, salesStatusAt, statementNow } from './rules.ts';

// How the domain's records are selected.

/** Selects an `EventRecord` from `events`. */
export const eventColumns: SQL = sql`
  events.id,
  events.name,
  events.venue,
  ${epochMs(sql`events.starts_at`)} as "startsAtMs",
  events.time_zone as "timeZone",
  events.currency,
  ${salesStatusAt(statementNow)} as "salesStatus",
  events.reservation_seconds as "reservationSeconds"`;

/** Selects a `ReservationRecord` from `reservations`, or from what stands under that name. */
export const reservationColumns = (now: SQL): SQL => sql`
  reservations.event_id as "eventId",
  reservations.id,
  reservations.viewer_id as "viewerId",
  ${reservationStatusAt(now)} as status,
  reservations.seat_indexes as "seatIndexes",
  reservations.total_amount::float8 as "totalAmount",
  ${epochMs(sql`reservations.created_at`)} as "createdAtMs",
  ${epochMs(sql`reservations.expires_at`)} as "expiresAtMs",
  reservations.extensions_used as "extensionsUsed",
  ${epochMs(now)} as "readAtMs"`;

/** A `ReservationRecord` as JSON, from what follows `from` and calls its rows `reservations`; null when that gives none. */
export const reservationJson = (source: SQL, now: SQL): SQL =>
  sql`(select row_to_json(record) from (select ${reservationColumns(now)} from ${source}) as record)`;

/** Selects a `BookingRecord` from `bookings`. */
export const bookingColumns: SQL = sql`
  bookings.event_id as "eventId",
  bookings.id,
  bookings.reservation_id as "reservationId",
  bookings.viewer_id as "viewerId",
  bookings.reference,
  bookings.status,
  bookings.total_amount::float8 as "totalAmount",
  array(
    select seat_index from booked_seats
    where booked_seats.event_id = bookings.event_id and booked_seats.booking_id = bookings.id
    order by seat_index
  ) as "seatIndexes",
  ${epochMs(sql`bookings.booked_at`)} as "bookedAtMs"`;
