import { sql } from 'drizzle-orm';
import { changeEvent, fact, logChange, loggedChange } from '../change-log.ts';
import type { ChangeWriter } from '../engine/database.ts';
import { isFree, statementNow } from '../rules.ts';
import { seats } from '../tables.ts';
import { available, rewrite } from './columns.ts';

export type BlockOutcome =
  | { readonly outcome: 'seats-unavailable'; readonly taken: readonly number[] }
  | { readonly outcome: 'done' };

const now = sql`(select now from moment)`;

/**
 * Blocks seats, or puts blocked ones back on sale: all or none. Seats that have the status already stay as they are. Nothing is written
 * if one of them is reserved or booked.
 */
export async function blockSeats(
  database: ChangeWriter,
  eventId: string,
  seatIndexes: readonly number[],
  status: 'BLOCKED' | 'AVAILABLE',
  actor: string,
): Promise<BlockOutcome> {
  const facts = sql`(
        select json_agg(${fact(status === 'BLOCKED' ? 'seats-blocked' : 'seats-unblocked', {
          actor: sql`${actor}::text`,
          seatIndexes: sql`array(select index from changed order by index)`,
        })})
        where exists (select from changed))`;
  const ofEvent = sql`${eventId}::uuid`;
  const newStatus = sql`${status}::seat_status`;
  const [row] = await changeEvent<{ taken: number[] }>(
    database,
    eventId,
    sql`
    with
      locked as materialized (
        select seats.*
        from (select distinct index from unnest(${sql.param(seatIndexes)}::int[]) as index order by index) as named
        cross join lateral (
          select * from ${seats} where ${seats.eventId} = ${ofEvent} and ${seats.index} = named.index for update
        ) as seats
      ),
      moment as materialized (select ${statementNow} as now),
      taken as materialized (
        select ${seats.index} from locked as seats
        where not (${seats.status} = 'BLOCKED' or ${isFree(now)})
      ),
      changing as materialized (
        select * from locked where locked.status <> ${newStatus} and not exists (select from taken)
      ),
      changed as (
        ${rewrite(seats, sql`changing`, { eventId: ofEvent, ...available, status: newStatus })}
        returning ${seats.index}
      ),
      ${logChange(ofEvent, now, facts)}
    select
      (select coalesce(json_agg(index order by index), '[]') from taken) as taken,
      ${loggedChange} as logged`,
  );
  if (row === undefined) throw new Error('the statement returned no row');
  return row.taken.length > 0 ? { outcome: 'seats-unavailable', taken: row.taken } : { outcome: 'done' };
}
