import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Availability, SeatState, SeatStatus } from '../../domain/seat.ts';
import { statusCodes } from '../../domain/seat.ts';
import type { Session } from '../engine/database.ts';
import { publicSeatStatus, statementNow } from '../rules.ts';
import { eventHeads, reservations, seats } from '../tables.ts';

/** Counts of each of the events that exists, at one moment. */
export function countSeats(
  session: Session,
  eventIds: readonly string[],
): Promise<(Availability & { readonly eventId: string })[]> {
  return session.query((orm) => {
    const seen = orm
      .select({ eventId: seats.eventId, status: publicSeatStatus(statementNow).as('status') })
      .from(seats)
      .where(sql`${seats.eventId} = any(${sql.param(eventIds)}::uuid[])`)
      .as('seen');
    return orm
      .select({ eventId: seen.eventId, ...countsOf(seen.status) })
      .from(seen)
      .groupBy(seen.eventId);
  });
}

/** An `Availability`, from rows that have each seat's public status. */
export function countsOf(status: SQLWrapper) {
  const counted = (of: SeatStatus) => sql<number>`(count(*) filter (where ${status} = ${of}))::int`;
  return {
    total: sql<number>`count(*)::int`,
    available: counted('AVAILABLE'),
    reserved: counted('RESERVED'),
    booked: counted('BOOKED'),
    blocked: counted('BLOCKED'),
  };
}

/** The states of some seats at one moment, ascending by index. */
export function readSeatStates(
  session: Session,
  eventId: string,
  { viewerId, indexes }: { readonly viewerId: string | null; readonly indexes: readonly number[] },
): Promise<SeatState[]> {
  return session.rows<SeatState>(sql`
    with states as materialized (
      select ${seats.index}, ${seats.reservationId}, ${publicSeatStatus(statementNow)} as status
      from ${seats}
      where ${seats.eventId} = ${eventId}::uuid and ${seats.index} = any(${sql.param(indexes)}::int[])
    )
    select states.index, states.status, ${reservations.id} is not null as "reservedByViewer"
    from states
    left join ${reservations} on states.status = 'RESERVED'
      and ${reservations.eventId} = ${eventId}::uuid
      and ${reservations.id} = states.reservation_id
      and ${reservations.viewerId} = ${viewerId}
    order by states.index`);
}

/** All seats of an event at one moment. */
export interface AllSeats {
  /** Status codes by index, as in `statusCodes`. */
  readonly codes: Uint8Array;
  /** Number of the event's last change at that moment. */
  readonly revision: number;
  /** Indexes of the seats that the viewer holds. */
  readonly reservedByViewer: ReadonlySet<number>;
}

export async function readAllSeats(session: Session, eventId: string, viewerId: string | null): Promise<AllSeats> {
  // As one text, because decoding tens of thousands of rows would take the process many times as long.
  const [row] = await session.rows<{ codes: string; revision: number | null; reservedByViewer: number[] }>(sql`
    with states as materialized (
      select ${seats.index}, ${seats.reservationId}, ${codeOf(publicSeatStatus(statementNow))} as code
      from ${seats} where ${seats.eventId} = ${eventId}::uuid
    )
    select
      coalesce((select string_agg(code, '' order by index) from states), '') as codes,
      (select ${eventHeads.revision} from ${eventHeads} where ${eventHeads.eventId} = ${eventId}::uuid) as revision,
      array(
        select states.index from states
        join ${reservations} on ${reservations.eventId} = ${eventId}::uuid and ${reservations.id} = states.reservation_id
        where states.code = ${codeText('RESERVED')} and ${reservations.viewerId} = ${viewerId}
      ) as "reservedByViewer"`);
  const { codes = '', revision, reservedByViewer = [] } = row ?? {};
  return {
    codes: Uint8Array.from(codes, Number),
    revision: revision ?? 0,
    reservedByViewer: new Set(reservedByViewer),
  };
}

/** The code of a status in `statusCodes`, as a digit. */
export function codeOf(status: SQL): SQL {
  const cases = Object.keys(statusCodes).map((name) => sql`when ${name} then ${codeText(name as SeatStatus)}`);
  return sql`case ${status} ${sql.join(cases, sql` `)} end`;
}

function codeText(status: SeatStatus): string {
  return String(statusCodes[status]);
}
