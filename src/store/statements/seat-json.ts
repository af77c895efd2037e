import { type SQL, sql } from 'drizzle-orm';
import { epochMs } from '../rules.ts';

/** A `SeatChange`, from the row of `seats` that an update returns. */
export const seatChange: SQL = sql`json_build_object(
  'index', seats.index,
  'status', seats.status,
  'version', seats.version,
  'reservationId', seats.reservation_id,
  'expiresAtMs', ${epochMs(sql`seats.expires_at`)})`;

/** The `change`s among what `source` returned for one reservation. */
export const changesOf = (source: SQL, reservationId: SQL): SQL =>
  sql`(
    select coalesce(json_agg(written.change), '[]') from ${source} as written where written.reservation_id = ${reservationId}
  )`;

/** A `SeatHolder`, from the row of a seat that is not free. A seat without a deadline is its holder's for as long as one asks. */
export const seatHolder = (now: SQL): SQL => sql`json_build_object(
  'seatIndex', seats.index,
  'holder', coalesce(seats.reservation_id::text, seats.status::text),
  'remainingMs', coalesce(${epochMs(sql`seats.expires_at`)} - ${epochMs(now)}, 86400000))`;
