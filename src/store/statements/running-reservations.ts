import { type SQL, sql } from 'drizzle-orm';
import type { NotRunning, ReservationRecord } from '../../domain/records.ts';
import { changeEvent, fact, loggedChange } from '../change-log.ts';
import type { ChangeWriter, Statement } from '../engine/database.ts';
import { prepared } from '../engine/prepared.ts';
import { reservationJson } from '../records.ts';
import { epochMs, statementNow } from '../rules.ts';
import { keyedChanges, reservations, seats } from '../tables.ts';
import { insertSelected, rewrite } from './columns.ts';
import { earlierUse, findEarlierUses, lockChanges } from './earlier-uses.ts';

/** Asks for a change of a reservation in the name of its holder. */
export interface HolderRequest {
  readonly reservationId: string;
  readonly viewerId: string;
}

/** A change that may have been made before, and its answer lost. */
export interface RepeatableRequest extends HolderRequest {
  /** Null for one that has no key. */
  readonly change?: KeyedChange | null;
}

/** One change that has an idempotency key: once made, it is not made again. */
export interface KeyedChange {
  /** A uuid made of the viewer, the mutation and the key. */
  readonly name: string;
  /** A uuid made of all that is asked for. */
  readonly contents: string;
}

/**
 * What every change of a reservation begins with: the common table expressions
 * - `request`: what is asked, by `ordinal` from 0;
 * - `found`: the holder's reservations, locked in the order of their ids;
 * - `held`: the seats they still hold, locked in the order of their indexes;
 * - `moment`: the store's clock once the event's head is locked, which is when the deadlines are judged;
 * - `running`: those found that are active, not past their deadline, in possession of all their seats, and whose request has
 *   a new key or none.
 * A reservation may stand in the requests once, and so may the name of a change.
 */
export function runningReservations(eventId: string, requests: readonly RepeatableRequest[]): SQL {
  const ofEvent = sql`${eventId}::uuid`;
  return sql`
    request as materialized (
      select
        (given.position - 1)::int as ordinal, given.reservation_id, given.viewer_id, given.change_name, given.change_contents,
        ${earlierUse(sql`given.position - 1`)} as earlier
      from unnest(
        ${sql.param(requests.map(({ reservationId }) => reservationId))}::uuid[],
        ${sql.param(requests.map(({ viewerId }) => viewerId))}::text[],
        ${sql.param(requests.map(({ change }) => change?.name ?? null))}::uuid[],
        ${sql.param(requests.map(({ change }) => change?.contents ?? null))}::uuid[]
      ) with ordinality as given(reservation_id, viewer_id, change_name, change_contents, position)
    ),
    found as materialized (
      select request.ordinal, request.change_name, request.change_contents, request.earlier, reservations.*
      from (select * from request order by request.reservation_id) as request
      cross join lateral (
        select * from ${reservations}
        where ${reservations.eventId} = ${ofEvent}
          and ${reservations.id} = request.reservation_id
          and ${reservations.viewerId} = request.viewer_id
        for update
      ) as reservations
    ),
    held as materialized (
      select seats.*
      from (
        select found.id as reservation_id, wanted.index
        from found
        cross join unnest(found.seat_indexes) as wanted(index)
        where found.status = 'ACTIVE'
        order by wanted.index
      ) as wanted
      cross join lateral (
        select * from ${seats}
        where ${seats.eventId} = ${ofEvent} and ${seats.index} = wanted.index
          and ${seats.reservationId} = wanted.reservation_id
        for update
      ) as seats
    ),
    moment as materialized (
      select ${statementNow} as now
    ),
    running as materialized (
      select found.*
      from found
      cross join moment
      where found.status = 'ACTIVE'
        and found.expires_at > moment.now
        and cardinality(found.seat_indexes) = (select count(*) from held where held.reservation_id = found.id)
        and found.earlier is null
    )`;
}

/** An expression that notes the keys of those rows of `running`, or of what was made of it, that are changed. */
export const keyedChangesOf = (eventId: string, changing: SQL): SQL => sql`
  keyed as (
    ${insertSelected(keyedChanges, {
      eventId: sql`${eventId}::uuid`,
      reservationId: sql`changing.id`,
      name: sql`changing.change_name`,
      contents: sql`changing.change_contents`,
    })}
    from ${changing} as changing where changing.change_name is not null
  )`;

/**
 * Runs the statement after `ahead`, and if it has keys, after those who use the same at the same time: it sees what they have changed. A
 * key that was used for another event changes nothing.
 */
export function changeRows(
  database: ChangeWriter,
  eventId: string,
  requests: readonly RepeatableRequest[],
  statement: SQL,
  ahead: readonly Statement[] = [],
): Promise<HolderRow[]> {
  const names = requests.map(({ change }) => change?.name ?? null);
  const contents = requests.map(({ change }) => change?.contents ?? null);
  const keys = names.filter((name) => name !== null);
  const guards = keys.length === 0 ? [] : [lockChanges(keys), findEarlier({ eventId, names, contents })];
  return changeEvent(database, eventId, statement, [...guards, ...ahead]);
}

interface Keys extends Readonly<Record<string, unknown>> {
  readonly eventId: string;
  readonly names: readonly (string | null)[];
  readonly contents: readonly (string | null)[];
}

/** Whether what a key has changed, of whichever reservation, is what is asked for. */
const findEarlier = prepared<Keys>(
  findEarlierUses(sql`
    select
      given.position - 1 as ordinal,
      case when ${keyedChanges.eventId} = ${sql.placeholder('eventId')}::uuid and ${keyedChanges.contents} = given.contents
        then 'same' else 'other' end as what
    from unnest(${sql.placeholder('names')}::uuid[], ${sql.placeholder('contents')}::uuid[]) with ordinality
      as given(name, contents, position)
    join ${keyedChanges} on ${keyedChanges.name} = given.name`),
);

/** `Fact`s of those rows of `reservations` whose deadline was moved. */
export const extensions = (moved: SQL): SQL => sql`(
        select json_agg(${fact('reservation-extended', {
          reservationId: sql`moved.id`,
          actor: sql`moved.viewer_id`,
          seatIndexes: sql`moved.seat_indexes`,
          expiresAtMs: epochMs(sql`moved.expires_at`),
        })})
        from ${moved} as moved)`;

/** An expression that gives the seats of those rows of `reservations` whose deadline was moved the same deadline. */
export const moveSeats = (ofEvent: SQL, moved: SQL): SQL => sql`
      moved_seat as materialized (
        select held.*, moved.expires_at as moved_to from held join ${moved} as moved on moved.id = held.reservation_id
      ),
      seats_moved as (
        ${rewrite(seats, sql`moved_seat`, { eventId: ofEvent, expiresAt: sql`moved_seat.moved_to` })}
      )`;

/** The clock of `moment`. */
export const momentNow: SQL = sql`(select now from moment)`;

/**
 * What every change of a reservation ends with: a `HolderRow` for each request, in their order, from what the update of
 * `reservations` returned (all columns).
 */
export const holderRows = (changedReservations: SQL): SQL => sql`
  select
    ${reservationJson(sql`found as reservations where reservations.ordinal = request.ordinal`, momentNow)} as found,
    exists (select from running where running.ordinal = request.ordinal) as running,
    request.earlier = 'same' as "earlierIsSame",
    ${reservationJson(sql`${changedReservations} as reservations where reservations.id = request.reservation_id`, momentNow)}
      as changed,
    case when request.ordinal = 0 then ${loggedChange} end as logged
  from request
  order by request.ordinal`;

/** What became of one request. `found` is null when the viewer has no such reservation, `changed` when it was refused. */
export interface HolderRow {
  /** Before the change. */
  readonly found: ReservationRecord | null;
  readonly running: boolean;
  /** Whether what the key has changed before is what is asked for; null for a new key, or none. */
  readonly earlierIsSame: boolean | null;
  /** After the change. */
  readonly changed: ReservationRecord | null;
}

/** What a key that was used before gives. */
export type UsedKey =
  | { readonly outcome: 'repeated'; readonly reservation: ReservationRecord }
  | { readonly outcome: 'idempotency-conflict' };

/** Null where the key is new, or the reservation is not the viewer's. */
export function usedKey({ found, earlierIsSame }: HolderRow): UsedKey | null {
  if (found === null || earlierIsSame === null) return null;
  return earlierIsSame ? { outcome: 'repeated', reservation: found } : { outcome: 'idempotency-conflict' };
}

export function notRunning({ found }: HolderRow): NotRunning {
  if (found === null) return { outcome: 'not-found' };
  if (found.status === 'CONFIRMED' || found.status === 'CANCELLED')
    return { outcome: 'not-active', status: found.status };
  return { outcome: 'expired', expiredAtMs: found.expiresAtMs };
}
