import { type SQLWrapper, sql } from 'drizzle-orm';
import type { Session } from '../engine/database.ts';
import { bookings, paymentEvents, payments, reservations } from '../tables.ts';

/**
 * Uses the index `reservations_ended`. A reservation ends at its deadline or earlier, so the deadline is the latest it can have ended.
 * Confirmed reservations stay, and those whose payment took money, or has yet to be settled. Those that lapsed without being written as
 * EXPIRED are left to the sweep.
 */
const isHistory = (eventId: SQLWrapper, days: number) => sql`
  ${reservations.status} in ('CANCELLED', 'EXPIRED')
  and ${reservations.expiresAt} < statement_timestamp() - ${days}::int * interval '1 day'
  and not exists (
    select from ${bookings}
    where ${bookings.eventId} = ${eventId} and ${bookings.reservationId} = ${reservations.id}
  )
  and not exists (
    select from ${payments}
    where ${payments.eventId} = ${eventId} and ${payments.reservationId} = ${reservations.id}
      and (${payments.state} not in ('VOIDED', 'FAILED') or ${payments.dueAt} is not null)
  )`;

export interface EndedReservations {
  readonly eventId: string;
  readonly reservationIds: readonly string[];
}

/** Reservations that ended without a booking more than `days` ago, by event: the oldest, at most `limit`. */
export function endedReservations(session: Session, days: number, limit: number): Promise<EndedReservations[]> {
  return session.rows<EndedReservations>(sql`
    select event_id as "eventId", json_agg(id) as "reservationIds"
    from (
      select ${reservations.eventId}, ${reservations.id}
      from ${reservations}
      where ${isHistory(reservations.eventId, days)}
      order by ${reservations.expiresAt}
      limit ${limit}::int
    ) as ended
    group by event_id`);
}

/**
 * Removes such reservations of an event, and with them their `keyed_changes`, `payments` and `payment_events`. Rows that another node has locked are skipped. Returns
 * how many were removed.
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
    ),
    paid as materialized (
      select ${payments.id} from ${payments}
      where ${payments.eventId} = ${ofEvent} and ${payments.reservationId} = any(array(select id from ended))
    ),
    removed_payment_events as (
      delete from ${paymentEvents}
      using paid
      where ${paymentEvents.eventId} = ${ofEvent} and ${paymentEvents.paymentId} = paid.id
    )
    delete from ${reservations}
    using ended
    where ${reservations.eventId} = ${ofEvent} and ${reservations.id} = ended.id
    returning ${reservations.id}`);
  return removed.length;
}
