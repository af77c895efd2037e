import { and, eq, sql } from 'drizzle-orm';
import type { ListPart } from '../../domain/list-part.ts';
import type { BookingKey, BookingRecord, BookingStatus, ReservationKey } from '../../domain/records.ts';
import type { Session } from '../engine/database.ts';
import { bookingFields } from '../records.ts';
import { bookings } from '../tables.ts';
import { isInPart, orderOf } from './list-part.ts';
import { type ListPosition, newestFirst, wanted, wantedRows } from './reservations.ts';

/** In no particular order, without those that do not exist. */
export function findBookings(session: Session, keys: readonly BookingKey[]): Promise<BookingRecord[]> {
  const ids = keys.map(({ bookingId }) => bookingId);
  return findWanted(session, keys, ids, bookings.id);
}

/** The bookings of confirmed reservations, in no particular order. */
export function findBookingsOfReservations(
  session: Session,
  keys: readonly ReservationKey[],
): Promise<BookingRecord[]> {
  const ids = keys.map(({ reservationId }) => reservationId);
  return findWanted(session, keys, ids, bookings.reservationId);
}

function findWanted(
  session: Session,
  keys: readonly { readonly eventId: string }[],
  ids: readonly string[],
  column: typeof bookings.id | typeof bookings.reservationId,
): Promise<BookingRecord[]> {
  return session.query((orm) => {
    const found = orm
      .select()
      .from(bookings)
      .where(and(eq(bookings.eventId, wanted.eventId), eq(column, wanted.id)))
      .limit(1)
      .as('bookings');
    return orm.select(bookingFields).from(wantedRows(keys, ids)).crossJoinLateral(found);
  });
}

const bookingOrder = newestFirst(bookings.bookedAt, bookings.id);

/** A viewer's bookings with one of the statuses, or with any, newest first. */
export function listBookings(
  session: Session,
  viewerId: string,
  part: ListPart<ListPosition> & { readonly statuses: readonly BookingStatus[] | null },
): Promise<BookingRecord[]> {
  const ofStatus =
    part.statuses === null ? undefined : sql`${bookings.status}::text = any(${sql.param(part.statuses)}::text[])`;
  return session.query((orm) =>
    orm
      .select(bookingFields)
      .from(bookings)
      .where(and(eq(bookings.viewerId, viewerId), ofStatus, isInPart(part, bookingOrder)))
      .orderBy(...orderOf(part, bookingOrder))
      .limit(part.limit),
  );
}
