import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { ReservationStatus, SalesStatus } from '../domain/records.ts';
import type { SeatStatus } from '../domain/seat.ts';
import { events, reservations, seats } from './tables.ts';

/**
 * The rule of the dual-attribute store, written here and nowhere else: whether the row of `seats` is free at `now`. A lapsed
 * seat is, although nothing has written it yet.
 */
export const isFree = (now: SQL): SQL =>
  sql`(${seats.status} = 'AVAILABLE' or (${seats.status} = 'RESERVED' and ${seats.expiresAt} <= ${now}))`;

/** A seat's status as everyone may see it at `now`. */
export const publicSeatStatus = (now: SQL): SQL<SeatStatus> =>
  sql`case when ${isFree(now)} then 'AVAILABLE' else ${seats.status}::text end`;

/** The sales status of the row of `events` at `now`: one that has begun is over, although nobody has closed its sales. */
export const salesStatusAt = (now: SQL): SQL<SalesStatus> =>
  sql`case when ${events.salesStatus} in ('ON_SALE', 'PAUSED') and ${isOver(now)} then 'CLOSED' else ${events.salesStatus}::text end`;

/** Whether the event has begun. */
export const isOver = (now: SQL): SQL => sql`${events.startsAt} <= ${now}`;

/** The status of the row of `reservations` at `now`: past its deadline it is over, although nothing has written it yet. */
export const reservationStatusAt = (now: SQL): SQL<ReservationStatus> =>
  sql`case when ${reservations.status} = 'ACTIVE' and ${reservations.expiresAt} <= ${now} then 'EXPIRED' else ${reservations.status}::text end`;

/** A moment as milliseconds since 1970: a whole number, as every stored moment has millisecond precision. */
export const epochMs = (moment: SQLWrapper): SQL<number> => sql`floor(extract(epoch from ${moment}) * 1000)::float8`;

/** The store's clock when the statement began. */
export const statementNow: SQL = sql`date_trunc('milliseconds', statement_timestamp())`;

export const milliseconds = (duration: SQL | number): SQL => sql`${duration}::int * interval '1 millisecond'`;
