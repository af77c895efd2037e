import { type SQL, sql } from 'drizzle-orm';
import { epochMs, reservationStatusAt, salesStatusAt, statementNow } from './rules.ts';
import { bookedSeats, bookings, events, reservations } from './tables.ts';

// How the domain's records are selected.

/** Selects an `EventRecord` from `events`. */
export const eventColumns: SQL = sql`
  ${events.id},
  ${events.name},
  ${events.venue},
  ${epochMs(events.startsAt)} as "startsAtMs",
  ${events.timeZone} as "timeZone",
  ${events.currency},
  ${salesStatusAt(statementNow)} as "salesStatus",
  ${events.reservationSeconds} as "reservationSeconds"`;

/** Selects a `ReservationRecord` from `reservations`, or from what stands under that name. */
export const reservationColumns = (now: SQL): SQL => sql`
  ${reservations.eventId} as "eventId",
  ${reservations.id},
  ${reservations.viewerId} as "viewerId",
  ${reservationStatusAt(now)} as status,
  ${reservations.seatIndexes} as "seatIndexes",
  ${reservations.totalAmount}::float8 as "totalAmount",
  ${epochMs(reservations.createdAt)} as "createdAtMs",
  ${epochMs(reservations.expiresAt)} as "expiresAtMs",
  ${reservations.extensionsUsed} as "extensionsUsed",
  ${epochMs(now)} as "readAtMs"`;

/** A `ReservationRecord` as JSON, from what follows `from` and calls its rows `reservations`; null when that gives none. */
export const reservationJson = (source: SQL, now: SQL): SQL =>
  sql`(select row_to_json(record) from (select ${reservationColumns(now)} from ${source}) as record)`;

/** Selects a `BookingRecord` from `bookings`. */
export const bookingColumns: SQL = sql`
  ${bookings.eventId} as "eventId",
  ${bookings.id},
  ${bookings.reservationId} as "reservationId",
  ${bookings.viewerId} as "viewerId",
  ${bookings.reference},
  ${bookings.status},
  ${bookings.totalAmount}::float8 as "totalAmount",
  array(
    select ${bookedSeats.seatIndex} from ${bookedSeats}
    where ${bookedSeats.eventId} = ${bookings.eventId} and ${bookedSeats.bookingId} = ${bookings.id}
    order by ${bookedSeats.seatIndex}
  ) as "seatIndexes",
  ${epochMs(bookings.bookedAt)} as "bookedAtMs"`;
