import { type SQL, sql } from 'drizzle-orm';
import type { StoredSeatStatus } from '../coordination/coordination.ts';
import type { Session } from './database.ts';
import { publicSeatStatus, statementNow } from './rules.ts';

/** How many seats an event has of each public status. */
export interface Availability {
  readonly total: number;
  readonly available: number;
  readonly reserved: number;
  readonly booked: number;
  readonly blocked: number;
}

/** Counts of one moment, for each of the events that exists. */
export function countSeats(
  session: Session,
  eventIds: readonly string[],
): Promise<(Availability & { readonly eventId: string })[]> {
  const counted = (status: StoredSeatStatus) => sql`count(*) filter (where status = ${status})::int`;
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

/** A seat's status as everyone may see it, and whether the viewer who asks holds it. */
export interface SeatState {
  readonly index: number;
  readonly status: StoredSeatStatus;
  readonly reservedByViewer: boolean;
}

/** The states of one moment: of the seats named, or of all; ascending by index. */
export function readSeatStates(
  session: Session,
  eventId: string,
  { viewerId, indexes }: { readonly viewerId: string | null; readonly indexes: readonly number[] | null },
): Promise<SeatState[]> {
  return session.rows<SeatState>(sql`
    with states as materialized (
      select seats.index, seats.reservation_id, ${publicSeatStatus(statementNow)} as status
      from seats
      where seats.event_id = ${eventId}::uuid
        and ${indexes === null ? sql`true` : sql`seats.index = any(${sql.param(indexes)}::int[])`}
    )
    select states.index, states.status, reservations.id is not null as "reservedByViewer"
    from states
    left join reservations on states.status = 'RESERVED'
      and reservations.event_id = ${eventId}::uuid
      and reservations.id = states.reservation_id
      and reservations.viewer_id = ${viewerId}
    order by states.index`);
}

export interface SeatFilter {
  readonly status: StoredSeatStatus | null;
  /** Position of the price category. */
  readonly category: number | null;
}

/** Indexes of the seats that fit, ascending, from behind `afterIndex`. */
export async function findSeats(
  session: Session,
  eventId: string,
  filter: SeatFilter,
  { afterIndex, limit }: { readonly afterIndex: number; readonly limit: number },
): Promise<number[]> {
  const rows = await session.rows<{ index: number }>(sql`
    select seats.index from seats
    where seats.event_id = ${eventId}::uuid and seats.index > ${afterIndex}::int and ${fits(filter)}
    order by seats.index limit ${limit}::int`);
  return rows.map(({ index }) => index);
}

/** How many seats fit. */
export async function countFitting(session: Session, eventId: string, filter: SeatFilter): Promise<number> {
  const [row] = await session.rows<{ fitting: number }>(sql`
    select count(*)::int as fitting from seats where seats.event_id = ${eventId}::uuid and ${fits(filter)}`);
  return row?.fitting ?? 0;
}

function fits({ status, category }: SeatFilter): SQL {
  const ofStatus = status === null ? sql`true` : sql`${publicSeatStatus(statementNow)} = ${status}`;
  const ofCategory = category === null ? sql`true` : sql`seats.category = ${category}::int`;
  return sql`${ofStatus} and ${ofCategory}`;
}
