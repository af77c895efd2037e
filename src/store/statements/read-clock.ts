import { sql } from 'drizzle-orm';
import type { Session } from '../database.ts';
import { epochMs } from '../rules.ts';

/** The store's clock, in milliseconds since 1970. */
export async function readClock(session: Session): Promise<number> {
  const [row] = await session.rows<{ nowMs: number }>(sql`select ${epochMs(sql`clock_timestamp()`)} as "nowMs"`);
  if (row === undefined) throw new Error('the store told no time');
  return row.nowMs;
}
