import { sql } from 'drizzle-orm';
import type { NotRunning, ReservationRecord } from '../../domain/records.ts';
import { logChange } from '../change-log.ts';
import type { ChangeWriter } from '../engine/database.ts';
import { reservations } from '../tables.ts';
import { rewrite } from './columns.ts';
import {
  changeRows,
  extensions,
  type HolderRequest,
  holderRows,
  momentNow,
  moveSeats,
  notRunning,
  runningReservations,
} from './running-reservations.ts';

export type FenceOutcome = NotRunning | { readonly outcome: 'fenced'; readonly reservation: ReservationRecord };

/**
 * Moves deadlines before a payment so that the reservations run for at least `paymentSeconds`. This is done once for a reservation, so
 * that nobody keeps seats by failing payments; a later payment has the time that is left. Outcomes are in the order of the requests.
 */
export async function fencePayments(
  database: ChangeWriter,
  eventId: string,
  requests: readonly HolderRequest[],
  { paymentSeconds }: { readonly paymentSeconds: number },
): Promise<FenceOutcome[]> {
  const ofEvent = sql`${eventId}::uuid`;
  const statement = sql`
    with
      ${runningReservations(eventId, requests)},
      fencing as materialized (select * from running where not running.payment_fenced),
      fenced as (
        ${rewrite(reservations, sql`fencing`, {
          eventId: ofEvent,
          expiresAt: sql`greatest(fencing.expires_at, ${momentNow} + ${paymentSeconds}::int * interval '1 second')`,
          paymentFenced: sql`true`,
        })}
        returning ${reservations}.*
      ),
      moved as (
        select fenced.* from fenced join running on running.id = fenced.id and running.expires_at < fenced.expires_at
      ),
      ${moveSeats(ofEvent, sql`moved`)},
      ${logChange(ofEvent, momentNow, extensions(sql`moved`))}
    ${holderRows(sql`fenced`)}`;
  const rows = await changeRows(database, eventId, requests, statement);
  return rows.map((row) => {
    if (!row.running || row.found === null) return notRunning(row);
    return { outcome: 'fenced', reservation: row.changed ?? row.found };
  });
}
