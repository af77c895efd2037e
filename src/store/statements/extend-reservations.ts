import { sql } from 'drizzle-orm';
import type { NotRunning, ReservationRecord } from '../../domain/records.ts';
import { logChange } from '../change-log.ts';
import type { ChangeWriter } from '../engine/database.ts';
import { reservations } from '../tables.ts';
import { rewrite } from './columns.ts';
import {
  changeRows,
  extensions,
  holderRows,
  keyedChangesOf,
  momentNow,
  moveSeats,
  notRunning,
  type RepeatableRequest,
  runningReservations,
  type UsedKey,
  usedKey,
} from './running-reservations.ts';

export type ExtendOutcome =
  | NotRunning
  | { readonly outcome: 'limit-reached' }
  | UsedKey
  | { readonly outcome: 'extended'; readonly reservation: ReservationRecord };

/** Extends each reservation, at most `maxExtensions` times. Outcomes are in the order of the requests. */
export async function extendReservations(
  database: ChangeWriter,
  eventId: string,
  requests: readonly RepeatableRequest[],
  { extensionSeconds, maxExtensions }: { readonly extensionSeconds: number; readonly maxExtensions: number },
): Promise<ExtendOutcome[]> {
  const ofEvent = sql`${eventId}::uuid`;
  const statement = sql`
    with
      ${runningReservations(eventId, requests)},
      extending as materialized (
        select * from running where running.extensions_used < ${maxExtensions}::int
      ),
      extended as (
        ${rewrite(reservations, sql`extending`, {
          eventId: ofEvent,
          expiresAt: sql`extending.expires_at + ${extensionSeconds}::int * interval '1 second'`,
          extensionsUsed: sql`extending.extensions_used + 1`,
        })}
        returning ${reservations}.*
      ),
      ${keyedChangesOf(eventId, sql`extending`)},
      ${moveSeats(ofEvent, sql`extended`)},
      ${logChange(ofEvent, momentNow, extensions(sql`extended`))}
    ${holderRows(sql`extended`)}`;
  const rows = await changeRows(database, eventId, requests, statement);
  return rows.map((row) => {
    const used = usedKey(row);
    if (used !== null) return used;
    if (!row.running) return notRunning(row);
    if (row.changed === null) return { outcome: 'limit-reached' };
    return { outcome: 'extended', reservation: row.changed };
  });
}
