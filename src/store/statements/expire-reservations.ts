import { sql } from 'drizzle-orm';
import type { ReservationKey } from '../../domain/records.ts';
import { changeEvent, fact, logChange, loggedChange } from '../change-log.ts';
import type { ChangeWriter, Session } from '../engine/database.ts';
import { isFree, milliseconds, statementNow } from '../rules.ts';
import { reservations, seats } from '../tables.ts';
import { available, rewrite } from './columns.ts';

const now = sql`(select now from moment)`;

const facts = sql`(
        select json_agg(${fact('reservation-expired', {
          reservationId: sql`overdue.id`,
          actor: sql`'system'`,
          seatIndexes: sql`array(select index from lapsed where lapsed.reservation_id = overdue.id order by index)`,
        })})
        from overdue)`;

/**
 * The housekeeping after a deadline: sets reservations to EXPIRED, and the seats they still hold to AVAILABLE. Only overdue reservations
 * are written, each by one node however many try. One that another transaction has locked is skipped until the next try. Returns the
 * ids of those that were ended.
 */
export async function expireReservations(
  database: ChangeWriter,
  eventId: string,
  reservationIds: readonly string[],
): Promise<string[]> {
  const ofEvent = sql`${eventId}::uuid`;
  const [row] = await changeEvent<{ reservationIds: string[] }>(
    database,
    eventId,
    sql`
    with
      moment as materialized (select ${statementNow} as now),
      locked as materialized (
        select reservations.*
        from (select distinct id from unnest(${sql.param(reservationIds)}::uuid[]) as id order by id) as named
        cross join lateral (
          select * from ${reservations}
          where ${reservations.eventId} = ${ofEvent} and ${reservations.id} = named.id
          for update skip locked
        ) as reservations
      ),
      -- A step of its own: in the one above, the planner would scan the index of all overdue reservations for each id.
      overdue as materialized (
        select * from locked as reservations where ${reservations.status} = 'ACTIVE' and ${reservations.expiresAt} <= ${now}
      ),
      lapsed as materialized (
        select seats.*
        from (
          select overdue.id as reservation_id, held.index
          from overdue
          cross join unnest(overdue.seat_indexes) as held(index)
          order by held.index
        ) as held
        cross join lateral (
          select * from ${seats}
          where ${seats.eventId} = ${ofEvent} and ${seats.index} = held.index
            and ${seats.reservationId} = held.reservation_id and ${isFree(now)}
          for update
        ) as seats
      ),
      expired as (
        ${rewrite(reservations, sql`overdue`, { eventId: ofEvent, status: sql`'EXPIRED'` })}
        returning ${reservations.id}
      ),
      freed as (
        ${rewrite(seats, sql`lapsed`, { eventId: ofEvent, ...available })}
      ),
      ${logChange(ofEvent, now, facts)}
    select
      (select coalesce(json_agg(id), '[]') from expired) as "reservationIds",
      ${loggedChange} as logged`,
  );
  return row?.reservationIds ?? [];
}

/** Active reservations past their deadline by `graceMs` or more, the longest overdue first. */
export function overdueReservations(session: Session, graceMs: number, limit: number): Promise<ReservationKey[]> {
  return session.rows<ReservationKey>(sql`
    select ${reservations.eventId} as "eventId", ${reservations.id} as "reservationId"
    from ${reservations}
    where ${reservations.status} = 'ACTIVE'
      and ${reservations.expiresAt} <= statement_timestamp() - ${milliseconds(graceMs)}
    order by ${reservations.expiresAt}
    limit ${limit}::int`);
}
