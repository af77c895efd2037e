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

/** A change of a reservation, requested by its holder. */
export interface HolderRequest {
  readonly reservationId: string;
  readonly viewerId: string;
}

/** A change that may be a retry of one whose answer was lost. */
export interface RepeatableRequest extends HolderRequest {
  /** Null for a request without an idempotency key. */
  readonly change?: KeyedChange | null;
}

/** A change of a reservation, requested by its holder or on behalf of whoever holds it. */
export interface ReservationRequest extends Pick<RepeatableRequest, 'reservationId' | 'change'> {
  /** Null for whoever holds it. */
  readonly viewerId: string | null;
}

/** A change with an idempotency key: it is made once. */
export interface KeyedChange {
  /** A uuid derived from the viewer, the mutation and the key. */
  readonly name: string;
  /** A uuid derived from all arguments of the mutation. */
  readonly contents: string;
}

/** The values of statements that change reservations. */
export interface HolderValues extends Readonly<Record<string, unknown>> {
  readonly eventId: string;
  readonly reservationIds: readonly string[];
  /** Null for whoever holds it. */
  readonly viewerIds: readonly (string | null)[];
  readonly changeNames: readonly (string | null)[];
  readonly changeContents: readonly (string | null)[];
}

export function holderValues(eventId: string, requests: readonly ReservationRequest[]): HolderValues {
  return {
    eventId,
    reservationIds: requests.map(({ reservationId }) => reservationId),
    viewerIds: requests.map(({ viewerId }) => viewerId),
    changeNames: requests.map(({ change }) => change?.name ?? null),
    changeContents: requests.map(({ change }) => change?.contents ?? null),
  };
}

/** The event of `HolderValues`. */
export const ofEvent: SQL = sql`${sql.placeholder('eventId')}::uuid`;

/** The element of a request in an array of values, for a row of `running`. */
export const inputOf = (name: string, type: string): SQL =>
  sql`(${sql.placeholder(name)}::${sql.raw(type)}[])[running.ordinal + 1]`;

/**
 * The first of these expressions:
 * - `request`: the requests, by `ordinal` from 0;
 * - `found`: the holders' reservations, locked in the order of their ids.
 */
export const foundReservations: SQL = sql`
    request as materialized (
      select
        (input.position - 1)::int as ordinal, input.reservation_id, input.viewer_id, input.change_name, input.change_contents,
        ${earlierUse(sql`input.position - 1`)} as earlier
      from unnest(
        ${sql.placeholder('reservationIds')}::uuid[],
        ${sql.placeholder('viewerIds')}::text[],
        ${sql.placeholder('changeNames')}::uuid[],
        ${sql.placeholder('changeContents')}::uuid[]
      ) with ordinality as input(reservation_id, viewer_id, change_name, change_contents, position)
    ),
    found as materialized (
      select request.ordinal, request.change_name, request.change_contents, request.earlier, reservations.*
      from (select * from request order by request.reservation_id) as request
      cross join lateral (
        select * from ${reservations}
        where ${reservations.eventId} = ${ofEvent}
          and ${reservations.id} = request.reservation_id
          and ${reservations.viewerId} = coalesce(request.viewer_id, ${reservations.viewerId})
        for update
      ) as reservations
    )`;

/**
 * The common table expressions with which every change of a reservation begins:
 * - those of `foundReservations`;
 * - `held`: the seats they still hold, locked in the order of their indexes;
 * - `moment`: the store's clock after the event's head was locked, by which deadlines are checked;
 * - `running`: those of `found` that are active, before their deadline, hold all of their seats, and whose request has a new key or none.
 * A reservation may occur in one request only, and so may the name of a change.
 */
export const runningReservations: SQL = sql`
    ${foundReservations},
    held as materialized (
      select seats.*
      from (
        select found.id as reservation_id, requested.index
        from found
        cross join unnest(found.seat_indexes) as requested(index)
        where found.status = 'ACTIVE'
        order by requested.index
      ) as requested
      cross join lateral (
        select * from ${seats}
        where ${seats.eventId} = ${ofEvent} and ${seats.index} = requested.index
          and ${seats.reservationId} = requested.reservation_id
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

/** A common table expression that records the keys of the reservations that are changed: rows of `running`, or derived from it. */
export const keyedChangesOf = (changing: SQL): SQL => sql`
  keyed as (
    ${insertSelected(keyedChanges, {
      eventId: ofEvent,
      reservationId: sql`changing.id`,
      name: sql`changing.change_name`,
      contents: sql`changing.change_contents`,
    })}
    from ${changing} as changing where changing.change_name is not null
  )`;

/**
 * Runs the statement, after those in `ahead`. If requests have keys, it waits for transactions that use the same ones, and sees what they
 * have changed. A request whose key was used for another event changes nothing.
 */
export function changeRows<Row extends HolderRow = HolderRow>(
  database: ChangeWriter,
  eventId: string,
  requests: readonly ReservationRequest[],
  statement: Statement,
  ahead: readonly Statement[] = [],
): Promise<Row[]> {
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

/** For a key that was used before, of whichever reservation: 'same' if the contents were those of the request, else 'other'. */
const findEarlier = prepared<Keys>(
  findEarlierUses(sql`
    select
      input.position - 1 as ordinal,
      case when ${keyedChanges.eventId} = ${sql.placeholder('eventId')}::uuid and ${keyedChanges.contents} = input.contents
        then 'same' else 'other' end as what
    from unnest(${sql.placeholder('names')}::uuid[], ${sql.placeholder('contents')}::uuid[]) with ordinality
      as input(name, contents, position)
    join ${keyedChanges} on ${keyedChanges.name} = input.name`),
);

/** A `Fact` for each reservation in `moved`, whose deadline was moved. */
export const extensions = (moved: SQL): SQL => sql`(
        select json_agg(${fact('reservation-extended', {
          reservationId: sql`moved.id`,
          actor: sql`moved.viewer_id`,
          seatIndexes: sql`moved.seat_indexes`,
          expiresAtMs: epochMs(sql`moved.expires_at`),
        })})
        from ${moved} as moved)`;

/** Common table expressions that move the deadline of the seats of each reservation in `moved`. */
export const moveSeats = (moved: SQL): SQL => sql`
      moved_seat as materialized (
        select held.*, moved.expires_at as moved_to from held join ${moved} as moved on moved.id = held.reservation_id
      ),
      seats_moved as (
        ${rewrite(seats, sql`moved_seat`, { eventId: ofEvent, expiresAt: sql`moved_seat.moved_to` })}
      )`;

/** The time in `moment`. */
export const momentNow: SQL = sql`(select now from moment)`;

/**
 * The `select` with which every change of a reservation ends: a `HolderRow` for each request, in their order.
 * @param changedReservations the changed rows of `reservations`, with all columns
 * @param more further columns, with a comma behind each
 */
export const holderRows = (changedReservations: SQL, more: SQL = sql``): SQL => sql`
  select
    ${more}
    ${reservationJson(sql`found as reservations where reservations.ordinal = request.ordinal`, momentNow)} as found,
    exists (select from running where running.ordinal = request.ordinal) as running,
    request.earlier = 'same' as "earlierIsSame",
    ${reservationJson(sql`${changedReservations} as reservations where reservations.id = request.reservation_id`, momentNow)}
      as changed,
    case when request.ordinal = 0 then ${loggedChange} end as logged
  from request
  order by request.ordinal`;

/** The result of one request. `found` is null when the viewer has no such reservation, `changed` when the request was refused. */
export interface HolderRow {
  /** Before the change. */
  readonly found: ReservationRecord | null;
  readonly running: boolean;
  /** Whether the key was used before for the same contents; null for a new key, or none. */
  readonly earlierIsSame: boolean | null;
  /** After the change. */
  readonly changed: ReservationRecord | null;
}

/** The outcome for a key that was used before. */
export type UsedKey =
  | { readonly outcome: 'repeated'; readonly reservation: ReservationRecord }
  | { readonly outcome: 'idempotency-conflict' };

/** Null if the key is new, or the reservation is not the viewer's. */
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
