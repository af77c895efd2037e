import { sql } from 'drizzle-orm';
import type { NotRunning, ReservationRecord } from '../../domain/records.ts';
import { logChange } from '../change-log.ts';
import type { ChangeWriter } from '../engine/database.ts';
import { prepared } from '../engine/prepared.ts';
import { reservations } from '../tables.ts';
import { rewrite } from './columns.ts';
import {
  changeRows,
  extensions,
  type HolderValues,
  holderRows,
  holderValues,
  keyedChangesOf,
  momentNow,
  moveSeats,
  notRunning,
  ofEvent,
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

export interface ExtensionTerms {
  readonly extensionSeconds: number;
  readonly maxExtensions: number;
}

/** Extends each reservation, at most `maxExtensions` times. Outcomes are in the order of the requests. */
export async function extendReservations(
  database: ChangeWriter,
  eventId: string,
  requests: readonly RepeatableRequest[],
  terms: ExtensionTerms,
): Promise<ExtendOutcome[]> {
  const statement = extension({ ...holderValues(eventId, requests), ...terms });
  const rows = await changeRows(database, eventId, requests, statement);
  return rows.map((row) => {
    const used = usedKey(row);
    if (used !== null) return used;
    if (!row.running) return notRunning(row);
    if (row.changed === null) return { outcome: 'limit-reached' };
    return { outcome: 'extended', reservation: row.changed };
  });
}

const extension = prepared<HolderValues & ExtensionTerms>(sql`
  with
    ${runningReservations},
    extending as materialized (
      select * from running where running.extensions_used < ${sql.placeholder('maxExtensions')}::int
    ),
    extended as (
      ${rewrite(reservations, sql`extending`, {
        eventId: ofEvent,
        expiresAt: sql`extending.expires_at + ${sql.placeholder('extensionSeconds')}::int * interval '1 second'`,
        extensionsUsed: sql`extending.extensions_used + 1`,
      })}
      returning ${reservations}.*
    ),
    ${keyedChangesOf(sql`extending`)},
    ${moveSeats(sql`extended`)},
    ${logChange(ofEvent, momentNow, extensions(sql`extended`))}
  ${holderRows(sql`extended`)}`);
