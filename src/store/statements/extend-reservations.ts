import { sql } from 'drizzle-orm';
import type { NotRunning, ReservationRecord } from '../../domain/records.ts';
import type { SeatChange } from '../../domain/seat.ts';
import { logChange } from '../change-log.ts';
import type { ChangeWriter } from '../database.ts';
import {
  changeRows,
  extensions,
  holderRows,
  keyedChangesOf,
  momentNow,
  notRunning,
  type RepeatableRequest,
  runningReservations,
  type UsedKey,
  usedKey,
} from './running-reservations.ts';
import { seatChange } from './seat-json.ts';

export type ExtendOutcome =
  | NotRunning
  | { readonly outcome: 'limit-reached' }
  | UsedKey
  | { readonly outcome: 'extended'; readonly reservation: ReservationRecord; readonly seats: readonly SeatChange[] };

/** Moves the deadlines back, for each reservation at most `maxExtensions` times. Answers in the requests' order. */
export async function extendReservations(
  database: ChangeWriter,
  eventId: string,
  requests: readonly RepeatableRequest[],
  { extensionSeconds, maxExtensions }: { readonly extensionSeconds: number; readonly maxExtensions: number },
): Promise<ExtendOutcome[]> {
  const statement = sql`
    with
      ${runningReservations(eventId, requests)},
      extending as materialized (
        select * from running where running.extensions_used < ${maxExtensions}::int
      ),
      extended as (
        update reservations
        set
          expires_at = extending.expires_at + ${extensionSeconds}::int * interval '1 second',
          extensions_used = extending.extensions_used + 1
        from extending
        where reservations.event_id = extending.event_id and reservations.id = extending.id
        returning reservations.*
      ),
      ${keyedChangesOf(sql`extending`)},
      seats_moved as (
        update seats
        set expires_at = extended.expires_at, version = seats.version + 1
        from held join extended on extended.id = held.reservation_id
        where seats.event_id = held.event_id and seats.index = held.index
        returning seats.reservation_id, ${seatChange} as change
      ),
      ${logChange(sql`${eventId}::uuid`, momentNow, extensions(sql`extended`))}
    ${holderRows(sql`extended`, sql`seats_moved`)}`;
  const rows = await changeRows(database, eventId, requests, statement);
  return rows.map((row) => {
    const used = usedKey(row);
    if (used !== null) return used;
    if (!row.running) return notRunning(row);
    if (row.changed === null) return { outcome: 'limit-reached' };
    return { outcome: 'extended', reservation: row.changed, seats: row.changes };
  });
}
