import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Buyer } from '../domain/payment.ts';
import { epochMs, reservationStatusAt, salesStatusAt, statementNow } from './rules.ts';
import { bookedSeats, bookings, events, payments, reservations } from './tables.ts';

// Selections of the domain's records.

/** An `EventRecord`, from `events` or an alias of that name. */
export const eventFields = {
  id: events.id,
  name: events.name,
  venue: events.venue,
  startsAtMs: epochMs(events.startsAt),
  timeZone: events.timeZone,
  currency: events.currency,
  salesStatus: salesStatusAt(statementNow),
  reservationSeconds: events.reservationSeconds,
  contentDigest: sql<string>`coalesce(${events.requestDigest}, '')`,
};

/** A `ReservationRecord`, from `reservations` or an alias of that name. */
export const reservationFields = (now: SQL) => ({
  eventId: reservations.eventId,
  id: reservations.id,
  viewerId: reservations.viewerId,
  status: reservationStatusAt(now),
  seatIndexes: reservations.seatIndexes,
  totalAmount: reservations.totalAmount,
  createdAtMs: epochMs(reservations.createdAt),
  expiresAtMs: epochMs(reservations.expiresAt),
  extensionsUsed: reservations.extensionsUsed,
  readAtMs: epochMs(now),
});

const seatsOfBooking = sql`
  array(
    select ${bookedSeats.seatIndex} from ${bookedSeats}
    where ${bookedSeats.eventId} = ${bookings.eventId} and ${bookedSeats.bookingId} = ${bookings.id}
    order by ${bookedSeats.seatIndex}
  )`;

/** A `Buyer`, from a row with these columns; null if the buyer gave nothing. */
export const buyerJson = ({
  buyerName,
  buyerEmail,
}: Readonly<Record<'buyerName' | 'buyerEmail', SQLWrapper>>): SQL => sql`
  case when coalesce(${buyerName}, ${buyerEmail}) is not null then ${jsonOf({ name: buyerName, email: buyerEmail })} end`;

/** A `BookingRecord`, from `bookings` or an alias of that name. */
export const bookingFields = {
  eventId: bookings.eventId,
  id: bookings.id,
  reservationId: bookings.reservationId,
  viewerId: bookings.viewerId,
  reference: bookings.reference,
  status: bookings.status,
  totalAmount: bookings.totalAmount,
  // Nested, because in an expression that is a field itself Drizzle leaves out table names.
  seatIndexes: sql<number[]>`${seatsOfBooking}`,
  bookedAtMs: epochMs(bookings.bookedAt),
  paymentId: bookings.paymentId,
  buyer: sql<Buyer | null>`${buyerJson(bookings)}`,
};

/** A `PaymentRecord`, from `payments` or an alias of that name. */
export const paymentFields = {
  eventId: payments.eventId,
  id: payments.id,
  reservationId: payments.reservationId,
  viewerId: payments.viewerId,
  provider: payments.provider,
  reference: payments.reference,
  amount: payments.amount,
  currency: payments.currency,
  state: payments.state,
  refunded: payments.refunded,
  disputed: payments.disputed,
  attempts: payments.attempts,
  createdAtMs: epochMs(payments.createdAt),
};

/** The fields as one JSON object. */
export function jsonOf(fields: Readonly<Record<string, SQLWrapper>>): SQL {
  const pairs = Object.entries(fields).map(([name, value]) => sql`${sql.raw(`'${name}'`)}, ${value}`);
  return sql`json_build_object(${sql.join(pairs, sql`, `)})`;
}

/** A `ReservationRecord` as JSON, from a source whose row is named `reservations`; null if it has no row. */
export const reservationJson = (source: SQL, now: SQL): SQL =>
  sql`(select ${jsonOf(reservationFields(now))} from ${source})`;

/** A `PaymentRecord` as JSON, from a source whose row is named `payments`; null if it has no row. */
export const paymentJson = (source: SQL): SQL => sql`(select ${jsonOf(paymentFields)} from ${source})`;
