import { sql } from 'drizzle-orm';
import type { SeatChange } from '../../coordination/coordination.ts';
import type { Session } from '../database.ts';
import type { ReservationRecord } from '../records.ts';
import {
  changeKeysOf,
  type HolderRow,
  holderRows,
  type NotRunning,
  notRunning,
  type RepeatableRequest,
  runningReservations,
} from './running-reservations.ts';
import { seatChange } from './seat-json.ts';

export type ExtendOutcome =
  | NotRunning
  | { readonly outcome: 'limit-reached' }
  | { readonly outcome: 'repeated'; readonly reservation: ReservationRecord }
  | { readonly outcome: 'extended'; readonly reservation: ReservationRecord; readonly seats: readonly SeatChange[] };

/** Moves the deadlines back, for each reservation at most `maxExtensions` times. Answers in the requests' order. */
export async function extendReservations(
  session: Session,
  eventId: string,
  requests: readonly RepeatableRequest[],
  { extensionSeconds, maxExtensions }: { readonly extensionSeconds: number; readonly maxExtensions: number },
): Promise<ExtendOutcome[]> {
  const rows = await session.rows<HolderRow>(sql`
    with
      ${runningReservations(eventId, requests)},
      extended as (
        update reservations
        set
          expires_at = running.expires_at + ${extensionSeconds}::int * interval '1 second',
          extensions_used = running.extensions_used + 1,
          change_keys = ${changeKeysOf(sql`running`)}
        from running
        where reservations.event_id = running.event_id and reservations.id = running.id
          and running.extensions_used < ${maxExtensions}::int
        returning reservations.*
      ),
      seats_moved as (
        update seats
        set expires_at = extended.expires_at, version = seats.version + 1
        from held join extended on extended.id = held.reservation_id
        where seats.event_id = held.event_id and seats.index = held.index
        returning seats.reservation_id, ${seatChange} as change
      )
    ${holderRows(sql`extended`, sql`seats_moved`)}`);
  return rows.map((row) => {
    if (row.repeated && row.found !== null) return { outcome: 'repeated', reservation: row.found };
    if (!row.running) return notRunning(row);
    if (row.changed === null) return { outcome: 'limit-reached' };
    return { outcome: 'extended', reservation: row.changed, seats: row.changes };
  });
}
