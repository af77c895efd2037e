import { sql } from 'drizzle-orm';
import type { NotRunning, ReservationRecord } from '../../domain/records.ts';
import type { SeatChange } from '../../domain/seat.ts';
import { fact, logChange } from '../change-log.ts';
import type { ChangeWriter } from '../database.ts';
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
import { seatChange } from './seat-json.ts';

export interface CancelRequest extends RepeatableRequest {
  /** Only these: ascending, each once, and at least one. Null for all of its seats. */
  readonly seatIndexes: readonly number[] | null;
}

export type CancelOutcome =
  | NotRunning
  | UsedKey
  | { readonly outcome: 'seats-not-held'; readonly heldSeatIndexes: readonly number[] }
  | { readonly outcome: 'cancelled'; readonly reservation: ReservationRecord; readonly seats: readonly SeatChange[] };

const facts = sql`(
        select json_agg(${fact('reservation-cancelled', {
          reservationId: sql`let_go.id`,
          actor: sql`let_go.viewer_id`,
          seatIndexes: sql`let_go.freed`,
          isOver: sql`kept.seat_indexes = '{}'`,
        })})
        from let_go join kept on kept.id = let_go.id)`;

/** Lets go of reservations, or of some of their seats. Letting go of all of them cancels. Answers in the requests' order. */
export async function cancelReservations(
  database: ChangeWriter,
  eventId: string,
  requests: readonly CancelRequest[],
): Promise<CancelOutcome[]> {
  const named = requests.flatMap(({ reservationId, seatIndexes }) =>
    (seatIndexes ?? []).map((index) => ({ reservationId, index })),
  );
  const statement = sql`
    with
      ${runningReservations(eventId, requests)},
      named as materialized (
        select reservation_id, array_agg(index order by index) as seat_indexes
        from unnest(
          ${sql.param(named.map(({ reservationId }) => reservationId))}::uuid[],
          ${sql.param(named.map(({ index }) => index))}::int[]
        ) as named(reservation_id, index)
        group by reservation_id
      ),
      let_go as materialized (
        select running.*, coalesce(named.seat_indexes, running.seat_indexes) as freed
        from running
        left join named on named.reservation_id = running.id
        where named.seat_indexes is null or named.seat_indexes <@ running.seat_indexes
      ),
      kept as materialized (
        select
          let_go.id,
          array(select index from unnest(let_go.seat_indexes) as index except select unnest(let_go.freed) order by index)
            as seat_indexes,
          (
            select coalesce(sum(price_categories.amount), 0)
            from unnest(let_go.freed) as freed(index)
            join seats on seats.event_id = let_go.event_id and seats.index = freed.index
            join price_categories
              on price_categories.event_id = seats.event_id and price_categories.position = seats.category
          )::bigint as freed_amount
        from let_go
      ),
      cancelled as (
        update reservations
        set
          status = case when kept.seat_indexes = '{}' then 'CANCELLED' else reservations.status end,
          seat_indexes = case when kept.seat_indexes = '{}' then let_go.seat_indexes else kept.seat_indexes end,
          total_amount = let_go.total_amount - case when kept.seat_indexes = '{}' then 0 else kept.freed_amount end
        from let_go join kept on kept.id = let_go.id
        where reservations.event_id = let_go.event_id and reservations.id = let_go.id
        returning reservations.*
      ),
      ${keyedChangesOf(sql`let_go`)},
      seats_freed as (
        update seats
        set status = 'AVAILABLE', reservation_id = null, expires_at = null, version = seats.version + 1
        from held join let_go on let_go.id = held.reservation_id and held.index = any(let_go.freed)
        where seats.event_id = held.event_id and seats.index = held.index
        returning held.reservation_id, ${seatChange} as change
      ),
      ${logChange(sql`${eventId}::uuid`, momentNow, facts)}
    ${holderRows(sql`cancelled`, sql`seats_freed`)}`;
  const rows = await changeRows(database, eventId, requests, statement);
  return rows.map((row) => {
    const used = usedKey(row);
    if (used !== null) return used;
    if (!row.running || row.found === null) return notRunning(row);
    if (row.changed === null) return { outcome: 'seats-not-held', heldSeatIndexes: row.found.seatIndexes };
    return { outcome: 'cancelled', reservation: row.changed, seats: row.changes };
  });
}
