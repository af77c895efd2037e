import { sql } from 'drizzle-orm';
import type { ReservationKey } from '../../domain/records.ts';
import type { SeatChange } from '../../domain/seat.ts';
import { changeEvent, fact, logChange } from '../change-log.ts';
import type { Connection, Session } from '../database.ts';
import { isFree, statementNow } from '../rules.ts';
import { seatChange } from './seat-json.ts';

const now = sql`(select now from moment)`;

const facts = sql`(
        select json_agg(${fact('reservation-expired', {
          reservationId: sql`overdue.id`,
          actor: sql`'system'`,
          seatIndexes: sql`array(select index from lapsed where lapsed.reservation_id = overdue.id order by index)`,
        })})
        from overdue)`;

/** Reservations that are over now, and the seats that they still held. */
export interface Expired {
  readonly reservationIds: readonly string[];
  readonly seats: readonly SeatChange[];
}

/**
 * The housekeeping that follows a deadline: reservations EXPIRED, the seats they still hold AVAILABLE. Only those truly
 * overdue are touched, each by one node however many try, and one that is being changed right now is left to the next try.
 */
export async function expireReservations(
  database: Connection,
  eventId: string,
  reservationIds: readonly string[],
): Promise<Expired> {
  const [row] = await changeEvent<{ reservationIds: string[]; seats: SeatChange[] }>(
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
        returning ${seatChange} as change
      ),
      ${logChange(sql`${eventId}::uuid`, now, facts)}
    select
      (select coalesce(json_agg(id), '[]') from expired) as "reservationIds",
      (select coalesce(json_agg(change), '[]') from freed) as seats`,
  );
  return row ?? { reservationIds: [], seats: [] };
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
