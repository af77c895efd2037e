import { type SQLWrapper, sql } from 'drizzle-orm';
import type { Session } from '../engine/database.ts';
import { bookings, reservations } from '../tables.ts';

/**
 * Its index is `reservations_ended`. A deadline never comes before the end: one that was cancelled ended before it. With a booking it
 * is neither, and what has not been written as ended yet is the sweep's.
 */
const isHistory = (eventId: SQLWrapper, days: number) => sql`
  ${reservations.status} in ('CANCELLED', 'EXPIRED')
  and ${reservations.expiresAt} < statement_timestamp() - ${days}::int * interval '1 day'
  and not exists (
    select from ${bookings}
    where ${bookings.eventId} = ${eventId} and ${bookings.reservationId} = ${reservations.id}
  )`;

export interface EndedReservations {
  readonly eventId: string;
  readonly reservationIds: readonly string[];
}

/** Reservations that ended without a booking more than so many days ago, the oldest `most`, by their events. */
export function endedReservations(session: Session, days: number, most: number): Promise<EndedReservations[]> {
  return session.rows<EndedReservations>(sql`
    select event_id as "eventId", json_agg(id) as "reservationIds"
    from (
      select ${reservations.eventId}, ${reservations.id}
      from ${reservations}
      where ${isHistory(reservations.eventId, days)}
      order by ${reservations.expiresAt}
      limit ${most}::int
    ) as ended
    group by event_id`);
}

/**
 * Removes such reservations of an event, and with each the changes of it that had keys. Those that another node is at are left to it.
 * Gives how many were removed.
 */
export async function removeEndedReservations(
  session: Session,
  { eventId, reservationIds }: EndedReservations,
  days: number,
): Promise<number> {
  const ofEvent = sql`${eventId}::uuid`;
  const removed = await session.rows(sql`
    with ended as materialized (
      select ${reservations.id}
      from ${reservations}
      where ${reservations.eventId} = ${ofEvent}
        and ${reservations.id} = any(${sql.param(reservationIds)}::uuid[])
        and ${isHistory(ofEvent, days)}
      order by ${reservations.id}
      for update skip locked
    )
    delete from ${reservations}
    using ended
    where ${reservations.eventId} = ${ofEvent} and ${reservations.id} = ended.id
    returning ${reservations.id}`);
  return removed.length;
}
