import { sql } from 'drizzle-orm';
import type { EventState, StoredSeat } from '../../domain/event-state.ts';
import type { EventRecord } from '../../domain/records.ts';
import { statusOfCode } from '../../domain/seat.ts';
import type { Session } from '../engine/database.ts';
import { eventFields, jsonOf } from '../records.ts';
import { epochMs, statementNow } from '../rules.ts';
import { eventHeads, events, seats } from '../tables.ts';
import { codeOf } from './seats.ts';

interface Row {
  readonly event: EventRecord;
  readonly revision: number;
  readonly nowMs: number;
  /** One digit for each seat, as `statusCodes` has them. */
  readonly codes: string;
  readonly held: readonly { readonly index: number; readonly reservationId: string; readonly expiresAtMs: number }[];
}

/** An event and all its seats as stored at one revision; null when there is no such event. */
export async function loadEventState(session: Session, eventId: string): Promise<EventState | null> {
  // In one row, because decoding tens of thousands of rows would take the process many times as long.
  const [row] = await session.rows<Row>(sql`
    with stored as materialized (
      select ${seats.index}, ${seats.status}, ${seats.reservationId}, ${seats.expiresAt}
      from ${seats} where ${seats.eventId} = ${eventId}::uuid
    )
    select
      ${jsonOf(eventFields)} as event,
      coalesce((select ${eventHeads.revision} from ${eventHeads} where ${eventHeads.eventId} = ${eventId}::uuid), 0) as revision,
      ${epochMs(statementNow)} as "nowMs",
      coalesce((select string_agg(${codeOf(sql`stored.status::text`)}, '' order by stored.index) from stored), '') as codes,
      coalesce(
        (
          select json_agg(${jsonOf({
            index: sql`stored.index`,
            reservationId: sql`stored.reservation_id`,
            expiresAtMs: epochMs(sql`stored.expires_at`),
          })})
          from stored where stored.status = 'RESERVED'
        ),
        '[]'
      ) as held
    from ${events} where ${events.id} = ${eventId}::uuid`);
  if (row === undefined) return null;
  const { event, revision, nowMs, codes, held } = row;
  const states = Array.from(codes, (code) => notHeld[statusOfCode(Number(code))]);
  for (const { index, reservationId, expiresAtMs } of held) {
    states[index] = { status: 'RESERVED', reservationId, expiresAtMs };
  }
  return { event, revision, seats: states, nowMs };
}

function withoutHolder(status: StoredSeat['status']): StoredSeat {
  return { status, reservationId: null, expiresAtMs: null };
}

/** One shared object for all seats with the status. */
const notHeld = {
  AVAILABLE: withoutHolder('AVAILABLE'),
  RESERVED: withoutHolder('RESERVED'),
  BOOKED: withoutHolder('BOOKED'),
  BLOCKED: withoutHolder('BLOCKED'),
};

/** The store's clock, in milliseconds since 1970. */
export async function readClock(session: Session): Promise<number> {
  const [row] = await session.rows<{ nowMs: number }>(sql`select ${epochMs(sql`clock_timestamp()`)} as "nowMs"`);
  if (row === undefined) throw new Error('the statement returned no row');
  return row.nowMs;
}

/**
 * The first 32 bits of the ids of all reservations of the event, at most `limit`, in no particular order. They are packed into one value,
 * because decoding a row for each would take the driver longer than the query takes the database.
 */
export async function readReservationIds(session: Session, eventId: string, limit: number): Promise<Uint32Array> {
  const [row] = await session.rows<{ packed: string | null }>(sql`
    select encode(string_agg(substr(uuid_send(known.id), 1, 4), ''::bytea), 'base64') as packed
    from (select id from reservations where event_id = ${eventId}::uuid limit ${limit}::int) as known`);
  const packed = Buffer.from(row?.packed ?? '', 'base64');
  return Uint32Array.from({ length: packed.length / 4 }, (_, at) => packed.readUInt32BE(at * 4));
}
