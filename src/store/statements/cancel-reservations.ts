import { sql } from 'drizzle-orm';
import type { NotRunning, ReservationRecord } from '../../domain/records.ts';
import { fact, logChange } from '../change-log.ts';
import type { ChangeWriter } from '../engine/database.ts';
import { prepared } from '../engine/prepared.ts';
import { priceCategories, reservations, seats } from '../tables.ts';
import { available, rewrite } from './columns.ts';
import {
  changeRows,
  type HolderValues,
  holderRows,
  holderValues,
  inputOf,
  keyedChangesOf,
  momentNow,
  notRunning,
  ofEvent,
  type RepeatableRequest,
  runningReservations,
  type UsedKey,
  usedKey,
} from './running-reservations.ts';

export interface CancelRequest extends RepeatableRequest {
  /** The seats to release: at least one, ascending, each once. Null for all seats of the reservation. */
  readonly seatIndexes: readonly number[] | null;
}

export type CancelOutcome =
  | NotRunning
  | UsedKey
  | { readonly outcome: 'seats-not-held'; readonly heldSeatIndexes: readonly number[] }
  | {
      readonly outcome: 'cancelled';
      readonly reservation: ReservationRecord;
      readonly freedSeatIndexes: readonly number[];
    };

const facts = sql`(
        select json_agg(${fact('reservation-cancelled', {
          reservationId: sql`released.id`,
          actor: sql`released.viewer_id`,
          seatIndexes: sql`released.freed`,
          isOver: sql`released.is_over`,
        })})
        from released)`;

/** Releases seats of reservations. Releasing all of them cancels the reservation. Outcomes are in the order of the requests. */
export async function cancelReservations(
  database: ChangeWriter,
  eventId: string,
  requests: readonly CancelRequest[],
): Promise<CancelOutcome[]> {
  const seatLists = requests.map(({ seatIndexes }) => seatIndexes && `{${seatIndexes.join(',')}}`);
  const statement = cancellation({ ...holderValues(eventId, requests), seatLists });
  const rows = await changeRows(database, eventId, requests, statement);
  return rows.map((row, ordinal) => {
    const used = usedKey(row);
    if (used !== null) return used;
    if (!row.running || row.found === null) return notRunning(row);
    if (row.changed === null) return { outcome: 'seats-not-held', heldSeatIndexes: row.found.seatIndexes };
    const freedSeatIndexes = requests[ordinal]?.seatIndexes ?? row.found.seatIndexes;
    return { outcome: 'cancelled', reservation: row.changed, freedSeatIndexes };
  });
}

const cancellation = prepared<HolderValues & { readonly seatLists: readonly (string | null)[] }>(sql`
  with
    ${runningReservations},
    requested as materialized (
      select
        running.*,
        coalesce(${inputOf('seatLists', 'text')}::int[], running.seat_indexes) as freed
      from running
    ),
    released as materialized (
      select
        requested.*,
        cardinality(requested.freed) = cardinality(requested.seat_indexes) as is_over,
        array(select index from unnest(requested.seat_indexes) as index except select unnest(requested.freed) order by index) as remaining,
        (
          select sum(${priceCategories.amount}) from held
          join ${priceCategories}
            on ${priceCategories.eventId} = ${ofEvent} and ${priceCategories.position} = held.category
          where held.reservation_id = requested.id and held.index = any(requested.freed)
        )::bigint as freed_amount
      from requested
      where requested.freed <@ requested.seat_indexes
    ),
    cancelled as (
      ${rewrite(reservations, sql`released`, {
        eventId: ofEvent,
        status: sql`case when released.is_over then 'CANCELLED' else released.status end`,
        seatIndexes: sql`case when released.is_over then released.seat_indexes else released.remaining end`,
        totalAmount: sql`released.total_amount - case when released.is_over then 0 else released.freed_amount end`,
      })}
      returning ${reservations}.*
    ),
    ${keyedChangesOf(sql`released`)},
    freed as materialized (
      select held.* from held join released on released.id = held.reservation_id and held.index = any(released.freed)
    ),
    freed_seats as (
      ${rewrite(seats, sql`freed`, { eventId: ofEvent, ...available })}
    ),
    ${logChange(ofEvent, momentNow, facts)}
  ${holderRows(sql`cancelled`)}`);
