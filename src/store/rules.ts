import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { ReservationStatus, SalesStatus } from '../domain/records.ts';
import type { SeatStatus } from '../domain/seat.ts';
import { events, payments, reservations, seats } from './tables.ts';

/**
 * The rule of the dual-attribute store, defined only here: whether a row of `seats` is free at `now`. A lapsed seat is free although
 * nothing has written it yet.
 */
export const isFree = (now: SQL): SQL =>
  sql`(${seats.status} = 'AVAILABLE' or (${seats.status} = 'RESERVED' and ${seats.expiresAt} <= ${now}))`;

/** A seat's public status at `now`. */
export const publicSeatStatus = (now: SQL): SQL<SeatStatus> =>
  sql`case when ${isFree(now)} then 'AVAILABLE' else ${seats.status}::text end`;

/** The sales status of a row of `events` at `now`: CLOSED once the event has begun, although nothing has written it. */
export const salesStatusAt = (now: SQL): SQL<SalesStatus> =>
  sql`case when ${events.salesStatus} in ('ON_SALE', 'PAUSED') and ${isOver(now)} then 'CLOSED' else ${events.salesStatus}::text end`;

/** Whether the event has begun. */
export const isOver = (now: SQL): SQL => sql`${events.startsAt} <= ${now}`;

/** The status of a row of `reservations` at `now`: EXPIRED past its deadline, although nothing has written it yet. */
export const reservationStatusAt = (now: SQL): SQL<ReservationStatus> =>
  sql`case when ${reservations.status} = 'ACTIVE' and ${reservations.expiresAt} <= ${now} then 'EXPIRED' else ${reservations.status}::text end`;

/** Milliseconds since 1970: a whole number, as stored timestamps have millisecond precision. */
export const epochMs = (moment: SQLWrapper): SQL<number> => sql`floor(extract(epoch from ${moment}) * 1000)::float8`;

/** The store's clock when the statement began. */
export const statementNow: SQL = sql`date_trunc('milliseconds', statement_timestamp())`;

export const milliseconds = (duration: SQL | number): SQL => sql`${duration}::int * interval '1 millisecond'`;

/** Whether a row of `payments` keeps others from being made for its reservation, as the index `payments_one_live` says. */
export const isLivePayment: SQL = sql`${payments.state} not in ('VOIDED', 'FAILED', 'REFUNDED')`;

/** Whether a row of `payments` may still become a booking's. */
export const isOpenPayment: SQL = sql`${payments.state} in ('AUTHORIZING', 'ACTION_REQUIRED')`;
