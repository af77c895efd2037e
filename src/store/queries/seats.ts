import { type SQL, sql } from 'drizzle-orm';
import type { Availability, SeatState, SeatStatus } from '../../domain/seat.ts';
import { statusCodes } from '../../domain/seat.ts';
import type { Session } from '../engine/database.ts';
import { publicSeatStatus, statementNow } from '../rules.ts';

/** Counts of one moment, for each of the events that exists. */
export function countSeats(
  session: Session,
  eventIds: readonly string[],
): Promise<(Availability & { readonly eventId: string })[]> {
  const counted = (status: SeatStatus) => sql`count(*) filter (where status = ${status})::int`;
  return session.rows(sql`
    select
      event_id as "eventId",
      count(*)::int as total,
      ${counted('AVAILABLE')} as available,
      ${counted('RESERVED')} as reserved,
      ${counted('BOOKED')} as booked,
      ${counted('BLOCKED')} as blocked
    from (
      select seats.event_id, ${publicSeatStatus(statementNow)} as status
      from seats where seats.event_id = any(${sql.param(eventIds)}::uuid[])
    ) as seats
    group by event_id`);
}

/** The states of the seats named at one moment, ascending by index. */
export function readSeatStates(
  session: Session,
  eventId: string,
  { viewerId, indexes }: { readonly viewerId: string | null; readonly indexes: readonly number[] },
): Promise<SeatState[]> {
  return session.rows<SeatState>(sql`
    with states as materialized (
      select seats.index, seats.reservation_id, ${publicSeatStatus(statementNow)} as status
      from seats
      where seats.event_id = ${eventId}::uuid and seats.index = any(${sql.param(indexes)}::int[])
    )
    select states.index, states.status, reservations.id is not null as "reservedByViewer"
    from states
    left join reservations on states.status = 'RESERVED'
      and reservations.event_id = ${eventId}::uuid
      and reservations.id = states.reservation_id
      and reservations.viewer_id = ${viewerId}
    order by states.index`);
}

/** All seats of an event at one moment. */
export interface AllSeats {
  /** By index, as `statusCodes` has them. */
  readonly codes: Uint8Array;
  /** Of the event's last change at that moment. */
  readonly revision: number;
  /** Indexes of those that the viewer who asks holds. */
  readonly reservedByViewer: ReadonlySet<number>;
}

export async function readAllSeats(session: Session, eventId: string, viewerId: string | null): Promise<AllSeats> {
  // As one text: tens of thousands of rows would take the process many times as long.
  const [row] = await session.rows<{ codes: string; revision: number | null; reservedByViewer: number[] }>(sql`
    with states as materialized (
      select seats.index, seats.reservation_id, ${codeOf(publicSeatStatus(statementNow))} as code
      from seats where seats.event_id = ${eventId}::uuid
    )
    select
      coalesce((select string_agg(code, '' order by index) from states), '') as codes,
      (select revision from event_heads where event_id = ${eventId}::uuid) as revision,
      array(
        select states.index from states
        join reservations on reservations.event_id = ${eventId}::uuid and reservations.id = states.reservation_id
        where states.code = ${codeText('RESERVED')} and reservations.viewer_id = ${viewerId}
      ) as "reservedByViewer"`);
  const { codes = '', revision, reservedByViewer = [] } = row ?? {};
  return {
    codes: Uint8Array.from(codes, Number),
    revision: revision ?? 0,
    reservedByViewer: new Set(reservedByViewer),
  };
}

/** The `statusCodes` of a status, as a digit. */
export function codeOf(status: SQL): SQL {
  const cases = Object.keys(statusCodes).map((name) => sql`when ${name} then ${codeText(name as SeatStatus)}`);
  return sql`case ${status} ${sql.join(cases, sql` `)} end`;
}

function codeText(status: SeatStatus): string {
  return String(statusCodes[status]);
}
