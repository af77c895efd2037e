import { sql } from 'drizzle-orm';
import type { Session } from '../database.ts';

/**
 * The first 32 bits of the id of each reservation that the event ever had, in no order; of `limit` of them at most. Packed:
 * the drivers would take longer than the database over a row each.
 */
export async function readReservationIds(session: Session, eventId: string, limit: number): Promise<Uint32Array> {
  const [row] = await session.rows<{ packed: string | null }>(sql`
    select encode(string_agg(substr(uuid_send(known.id), 1, 4), ''::bytea), 'base64') as packed
    from (select id from reservations where event_id = ${eventId}::uuid limit ${limit}::int) as known`);
  const packed = Buffer.from(row?.packed ?? '', 'base64');
  return Uint32Array.from({ length: packed.length / 4 }, (_, at) => packed.readUInt32BE(at * 4));
}
