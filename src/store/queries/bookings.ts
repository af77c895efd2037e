import { sql } from 'drizzle-orm';
import type { ListPart } from '../../domain/list-part.ts';
import type { BookingKey, BookingRecord, BookingStatus, ReservationKey } from '../../domain/records.ts';
import type { Session } from '../engine/database.ts';
import { bookingColumns } from '../records.ts';
import { assign } from '../statements/columns.ts';
import { bookings } from '../tables.ts';
import { isInPart, oneOf, orderedPart } from './list-part.ts';
import { type ListPosition, newestFirst } from './reservations.ts';

/** In no particular order; those that do not exist are missing. */
export function findBookings(session: Session, keys: readonly BookingKey[]): Promise<BookingRecord[]> {
  return session.rows<BookingRecord>(sql`
    select ${bookingColumns}
    from unnest(
      ${sql.param(keys.map(({ eventId }) => eventId))}::uuid[],
      ${sql.param(keys.map(({ bookingId }) => bookingId))}::uuid[]
    ) as wanted(event_id, id)
    cross join lateral ${oneOf(sql`bookings`, sql`event_id = wanted.event_id and id = wanted.id`)}`);
}

/** What reservations became, in no particular order; those that did not become a booking are missing. */
export function findBookingsOfReservations(
  session: Session,
  keys: readonly ReservationKey[],
): Promise<BookingRecord[]> {
  return session.rows<BookingRecord>(sql`
    select ${bookingColumns}
    from unnest(
      ${sql.param(keys.map(({ eventId }) => eventId))}::uuid[],
      ${sql.param(keys.map(({ reservationId }) => reservationId))}::uuid[]
    ) as wanted(event_id, reservation_id)
    cross join lateral ${oneOf(
      sql`bookings`,
      sql`event_id = wanted.event_id and reservation_id = wanted.reservation_id`,
    )}`);
}

const bookingOrder = newestFirst(sql`bookings.booked_at`, sql`bookings.id`);

/** A viewer's bookings, newest first; of the statuses named, or of all. */
export function listBookings(
  session: Session,
  viewerId: string,
  part: ListPart<ListPosition> & { readonly statuses: readonly BookingStatus[] | null },
): Promise<BookingRecord[]> {
  const ofStatus =
    part.statuses === null ? sql`true` : sql`bookings.status::text = any(${sql.param(part.statuses)}::text[])`;
  return session.rows<BookingRecord>(sql`
    select ${bookingColumns} from bookings
    where bookings.viewer_id = ${viewerId} and ${ofStatus} and ${isInPart(part, bookingOrder)}
    ${orderedPart(part, bookingOrder)}`);
}

/** A booking whose authorized money is still to be captured. */
export interface OutstandingCapture extends BookingKey {
  readonly paymentAuthorization: string;
}

export interface CaptureOrder {
  /** Ids of bookings that are left out. */
  readonly except?: readonly string[];
  readonly newestFirst?: boolean;
}

/** Bookings made at least `graceMs` ago whose money was not captured, the oldest first unless told otherwise. */
export function outstandingCaptures(
  session: Session,
  graceMs: number,
  most: number,
  { except = [], newestFirst = false }: CaptureOrder = {},
): Promise<OutstandingCapture[]> {
  return session.rows<OutstandingCapture>(sql`
    select event_id as "eventId", id as "bookingId", payment_authorization as "paymentAuthorization"
    from bookings
    where payment_captured_at is null
      and booked_at <= statement_timestamp() - ${graceMs}::int * interval '1 millisecond'
      and id <> all(${sql.param(except)}::uuid[])
    order by booked_at ${newestFirst ? sql`desc` : sql`asc`}
    limit ${most}::int`);
}

/** Notes that the money of bookings of an event was captured. Several nodes may do so for the same bookings at once. */
export async function markCaptured(session: Session, eventId: string, bookingIds: readonly string[]): Promise<void> {
  const ofEvent = sql`${eventId}::uuid`;
  await session.rows(sql`
    with captured as materialized (
      select ${bookings.id} from ${bookings}
      where ${bookings.eventId} = ${ofEvent} and ${bookings.id} = any(${sql.param(bookingIds)}::uuid[])
        and ${bookings.paymentCapturedAt} is null
      order by ${bookings.id}
      for update
    )
    update ${bookings}
    set ${assign(bookings, { paymentCapturedAt: sql`statement_timestamp()` })}
    where ${bookings.eventId} = ${ofEvent} and ${bookings.id} = any(array(select id from captured))`);
}
