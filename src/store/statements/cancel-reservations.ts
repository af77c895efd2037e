import { sql } from 'drizzle-orm';
import type { NotRunning, ReservationRecord } from '../../domain/records.ts';
import { fact, logChange } from '../change-log.ts';
import type { ChangeWriter } from '../engine/database.ts';
import { priceCategories, reservations, seats } from '../tables.ts';
import { available, rewrite } from './columns.ts';
import {
  changeRows,
  holderRows,
  keyedChangesOf,
  momentNow,
  notRunning,
  type RepeatableRequest,
  runningReservations,
  type UsedKey,
  usedKey,
} from './running-reservations.ts';

export interface CancelRequest extends RepeatableRequest {
  /** Only these: ascending, each once, and at least one. Null for all of its seats. */
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
          reservationId: sql`let_go.id`,
          actor: sql`let_go.viewer_id`,
          seatIndexes: sql`let_go.freed`,
          isOver: sql`let_go.is_over`,
        })})
        from let_go)`;

/** Lets go of reservations, or of some of their seats. Letting go of all of them cancels. Answers in the requests' order. */
export async function cancelReservations(
  database: ChangeWriter,
  eventId: string,
  requests: readonly CancelRequest[],
): Promise<CancelOutcome[]> {
  const ofEvent = sql`${eventId}::uuid`;
  const seatLists = requests.map(({ seatIndexes }) => seatIndexes && `{${seatIndexes.join(',')}}`);
  const statement = sql`
    with
      ${runningReservations(eventId, requests)},
      named as materialized (
        select
          running.*,
          coalesce((${sql.param(seatLists)}::text[])[running.ordinal + 1]::int[], running.seat_indexes) as freed
        from running
      ),
      let_go as materialized (
        select
          named.*,
          cardinality(named.freed) = cardinality(named.seat_indexes) as is_over,
          array(select index from unnest(named.seat_indexes) as index except select unnest(named.freed) order by index) as kept,
          (
            select sum(${priceCategories.amount}) from held
            join ${priceCategories}
              on ${priceCategories.eventId} = ${ofEvent} and ${priceCategories.position} = held.category
            where held.reservation_id = named.id and held.index = any(named.freed)
          )::bigint as freed_amount
        from named
        where named.freed <@ named.seat_indexes
      ),
      cancelled as (
        ${rewrite(reservations, sql`let_go`, {
          eventId: ofEvent,
          status: sql`case when let_go.is_over then 'CANCELLED' else let_go.status end`,
          seatIndexes: sql`case when let_go.is_over then let_go.seat_indexes else let_go.kept end`,
          totalAmount: sql`let_go.total_amount - case when let_go.is_over then 0 else let_go.freed_amount end`,
        })}
        returning ${reservations}.*
      ),
      ${keyedChangesOf(eventId, sql`let_go`)},
      freed as materialized (
        select held.* from held join let_go on let_go.id = held.reservation_id and held.index = any(let_go.freed)
      ),
      seats_freed as (
        ${rewrite(seats, sql`freed`, { eventId: ofEvent, ...available })}
      ),
      ${logChange(ofEvent, momentNow, facts)}
    ${holderRows(sql`cancelled`)}`;
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
