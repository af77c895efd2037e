import { type SQL, sql } from 'drizzle-orm';
import type { SeatChange } from '../../coordination/coordination.ts';
import { type ReservationRecord, reservationJson } from '../records.ts';
import { changesOf } from './seat-json.ts';

/** Asks for a change of a reservation in the name of its holder. */
export interface HolderRequest {
  readonly reservationId: string;
  readonly viewerId: string;
}

/** A change that may have been made before, and its answer lost. */
export interface RepeatableRequest extends HolderRequest {
  /** Names one change of the reservation: once made, it is not made again. */
  readonly changeKey?: string | null;
}

/**
 * What every change of a reservation begins with: the common table expressions
 * - `request`: what is asked, by `ordinal` from 0;
 * - `found`: the holder's reservations, locked in the order of their ids;
 * - `held`: the seats they still hold, locked in the order of their indexes;
 * - `moment`: the store's clock once all locks are held, which is when the deadlines are judged;
 * - `running`: those found that are active, not past their deadline, in possession of all their seats, and not changed
 *   by this `change_key` before.
 * A reservation may stand in the requests once.
 */
export function runningReservations(eventId: string, requests: readonly RepeatableRequest[]): SQL {
  return sql`
    request as materialized (
      select (given.position - 1)::int as ordinal, given.reservation_id, given.viewer_id, given.change_key
      from unnest(
        ${sql.param(requests.map(({ reservationId }) => reservationId))}::uuid[],
        ${sql.param(requests.map(({ viewerId }) => viewerId))}::text[],
        ${sql.param(requests.map(({ changeKey = null }) => changeKey))}::uuid[]
      ) with ordinality as given(reservation_id, viewer_id, change_key, position)
    ),
    found as materialized (
      select request.ordinal, request.change_key, reservations.*
      from (select * from request order by request.reservation_id) as request
      cross join lateral (
        select * from reservations
        where reservations.event_id = ${eventId}::uuid
          and reservations.id = request.reservation_id
          and reservations.viewer_id = request.viewer_id
        for update
      ) as reservations
    ),
    held as materialized (
      select wanted.reservation_id, seats.event_id, seats.index
      from (
        select found.id as reservation_id, wanted.index
        from found
        cross join unnest(found.seat_indexes) as wanted(index)
        where found.status = 'ACTIVE'
        order by wanted.index
      ) as wanted
      cross join lateral (
        select seats.event_id, seats.index from seats
        where seats.event_id = ${eventId}::uuid and seats.index = wanted.index
          and seats.reservation_id = wanted.reservation_id
        for update
      ) as seats
    ),
    moment as materialized (
      select date_trunc('milliseconds', clock_timestamp()) as now
      from (select count(*) from held) as all_locks_are_held
    ),
    running as materialized (
      select found.*
      from found
      cross join moment
      where found.status = 'ACTIVE'
        and found.expires_at > moment.now
        and cardinality(found.seat_indexes) = (select count(*) from held where held.reservation_id = found.id)
        and not ${isRepeated}
    )`;
}

const isRepeated: SQL = sql`coalesce(found.change_key = any(found.change_keys), false)`;

/** The `change_keys` of a row of `running`, or of what was made from it, once it is changed. */
export const changeKeysOf = (running: SQL): SQL => sql`
  case when ${running}.change_key is null then ${running}.change_keys
  else array_append(${running}.change_keys, ${running}.change_key) end`;

/** The clock of `moment`. */
export const momentNow: SQL = sql`(select now from moment)`;

/**
 * What every change of a reservation ends with: a `HolderRow` for each request, in their order, from what the updates of
 * `reservations` returned (all columns) and those of `seats` (`reservation_id` and `change`).
 */
export const holderRows = (changedReservations: SQL, changedSeats: SQL): SQL => sql`
  select
    ${reservationJson(sql`found as reservations where reservations.ordinal = request.ordinal`, momentNow)} as found,
    exists (select from running where running.ordinal = request.ordinal) as running,
    exists (select from found where found.ordinal = request.ordinal and ${isRepeated}) as repeated,
    ${reservationJson(sql`${changedReservations} as reservations where reservations.id = request.reservation_id`, momentNow)}
      as changed,
    ${changesOf(changedSeats, sql`request.reservation_id`)} as changes
  from request
  order by request.ordinal`;

/** What became of one request. `found` is null when the viewer has no such reservation, `changed` when it was refused. */
export interface HolderRow {
  /** Before the change. */
  readonly found: ReservationRecord | null;
  readonly running: boolean;
  /** The change was made before. */
  readonly repeated: boolean;
  /** After the change. */
  readonly changed: ReservationRecord | null;
  readonly changes: readonly SeatChange[];
}

/** Why a reservation that is not running cannot be changed. */
export type NotRunning =
  | { readonly outcome: 'not-found' }
  | { readonly outcome: 'not-active'; readonly status: 'CONFIRMED' | 'CANCELLED' }
  | { readonly outcome: 'expired'; readonly expiredAtMs: number };

export function notRunning({ found }: HolderRow): NotRunning {
  if (found === null) return { outcome: 'not-found' };
  if (found.status === 'CONFIRMED' || found.status === 'CANCELLED')
    return { outcome: 'not-active', status: found.status };
  return { outcome: 'expired', expiredAtMs: found.expiresAtMs };
}
