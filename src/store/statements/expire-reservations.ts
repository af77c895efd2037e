import { sql } from 'drizzle-orm';
import type { ReservationKey } from '../../domain/records.ts';
import { changeEvent, fact, logChange, loggedChange } from '../change-log.ts';
import type { ChangeWriter, Session } from '../database.ts';
import { isFree, statementNow } from '../rules.ts';

const now = sql`(select now from moment)`;

const facts = sql`(
        select json_agg(${fact('reservation-expired', {
          reservationId: sql`overdue.id`,
          actor: sql`'system'`,
          seatIndexes: sql`array(select index from lapsed where lapsed.reservation_id = overdue.id order by index)`,
        })})
        from overdue)`;

/**
 * The housekeeping that follows a deadline: reservations EXPIRED, the seats they still hold AVAILABLE. Only those truly
 * overdue are touched, each by one node however many try, and one that is being changed right now is left to the next try. Gives their
 * ids.
 */
export async function expireReservations(
  database: ChangeWriter,
  eventId: string,
  reservationIds: readonly string[],
): Promise<string[]> {
  const [row] = await changeEvent<{ reservationIds: string[] }>(
    database,
    eventId,
    sql`
    with
      moment as materialized (select ${statementNow} as now),
      overdue as materialized (
        select reservations.id, reservations.seat_indexes
        from reservations
        where reservations.event_id = ${eventId}::uuid
          and reservations.id = any(${sql.param(reservationIds)}::uuid[])
          and reservations.status = 'ACTIVE' and reservations.expires_at <= ${now}
        order by reservations.id
        for update skip locked
      ),
      lapsed as materialized (
        select held.reservation_id, seats.event_id, seats.index
        from (
          select overdue.id as reservation_id, held.index
          from overdue
          cross join unnest(overdue.seat_indexes) as held(index)
          order by held.index
        ) as held
        cross join lateral (
          select seats.event_id, seats.index from seats
          where seats.event_id = ${eventId}::uuid and seats.index = held.index
            and seats.reservation_id = held.reservation_id and ${isFree(now)}
          for update
        ) as seats
      ),
      expired as (
        update reservations set status = 'EXPIRED'
        from overdue
        where reservations.event_id = ${eventId}::uuid and reservations.id = overdue.id
        returning reservations.id
      ),
      freed as (
        update seats
        set status = 'AVAILABLE', reservation_id = null, expires_at = null, version = seats.version + 1
        from lapsed
        where seats.event_id = lapsed.event_id and seats.index = lapsed.index
      ),
      ${logChange(sql`${eventId}::uuid`, now, facts)}
    select
      (select coalesce(json_agg(id), '[]') from expired) as "reservationIds",
      ${loggedChange} as logged`,
  );
  return row?.reservationIds ?? [];
}

/** Active reservations past their deadline by `graceMs` or more, the longest overdue first. */
export function overdueReservations(session: Session, graceMs: number, most: number): Promise<ReservationKey[]> {
  return session.rows<ReservationKey>(sql`
    select reservations.event_id as "eventId", reservations.id as "reservationId"
    from reservations
    where reservations.status = 'ACTIVE'
      and reservations.expires_at <= statement_timestamp() - ${graceMs}::int * interval '1 millisecond'
    order by reservations.expires_at
    limit ${most}::int`);
}
