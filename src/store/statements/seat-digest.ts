import { sql } from 'drizzle-orm';
import type { Session } from '../database.ts';

/**
 * What tells whether somebody has seen every write of an event's seats: versions only go up, so that who knows of no
 * write that is not there, and has the same sums, has the same versions. Exact up to 2^53.
 */
export interface SeatDigest {
  readonly seatCount: number;
  /** Of all versions. */
  readonly versionSum: number;
  /** Of each seat's version times its index plus 1: tells one seat's missing write from another's. */
  readonly weightedSum: number;
}

export async function readSeatDigest(session: Session, eventId: string): Promise<SeatDigest> {
  const [digest] = await session.rows<SeatDigest>(sql`
    select
      count(*)::float8 as "seatCount",
      coalesce(sum(seats.version), 0)::float8 as "versionSum",
      coalesce(sum(seats.version::bigint * (seats.index + 1)), 0)::float8 as "weightedSum"
    from seats
    where seats.event_id = ${eventId}::uuid`);
  return digest ?? { seatCount: 0, versionSum: 0, weightedSum: 0 };
}

/** The version of every seat by index; empty when there is no such event. As text: the drivers parse arrays slowly. */
export async function readSeatVersions(session: Session, eventId: string): Promise<Int32Array> {
  const [row] = await session.rows<{ versions: string | null }>(sql`
    select string_agg(seats.version::text, ',' order by seats.index) as versions
    from seats
    where seats.event_id = ${eventId}::uuid`);
  return row?.versions ? Int32Array.from(row.versions.split(','), Number) : new Int32Array(0);
}
