import { type SQL, sql } from 'drizzle-orm';
import type { EventRecord, ReservationRecord, SalesStatus } from '../../domain/records.ts';
import type { SeatHolder } from '../../domain/seat.ts';
import { changeEvent, fact, logChange, loggedChange } from '../change-log.ts';
import type { Database, Statement } from '../engine/database.ts';
import { prepared } from '../engine/prepared.ts';
import { eventFields, jsonOf, reservationJson } from '../records.ts';
import { epochMs, isFree, salesStatusAt, statementNow } from '../rules.ts';
import { events, priceCategories, reservations, seats } from '../tables.ts';
import { insertSelected, rewrite } from './columns.ts';
import { earlierUse, findEarlierUses, lockChanges } from './earlier-uses.ts';

export interface ReserveSeatsRequest {
  /** Id of the new reservation. */
  readonly reservationId: string;
  readonly viewerId: string;
  /** Ascending, each once, and at least one. */
  readonly seatIndexes: readonly number[];
  readonly idempotencyKey: string | null;
}

/** In order of precedence. */
export type ReserveSeatsOutcome =
  | { readonly outcome: 'repeated'; readonly reservation: ReservationRecord }
  | { readonly outcome: 'idempotency-conflict' }
  | { readonly outcome: 'sales-not-open'; readonly salesStatus: SalesStatus }
  | { readonly outcome: 'too-many-reservations' }
  | {
      readonly outcome: 'seats-unavailable';
      readonly taken: readonly number[];
      readonly holders: readonly SeatHolder[];
    }
  | {
      readonly outcome: 'reserved';
      readonly reservation: ReservationRecord;
      readonly event: EventRecord;
    };

/**
 * Reserves all seats of a request or none, for all requests in one transaction. Outcomes are in the order of the requests. Two requests
 * of a batch must differ in their viewers and all of their seats: those that conflict go into two batches.
 */
export async function reserveSeats(
  database: Database,
  eventId: string,
  requests: readonly ReserveSeatsRequest[],
  limits: { readonly maxActiveReservations: number },
): Promise<ReserveSeatsOutcome[]> {
  refuseWhatCannotGoTogether(requests);
  const values = { eventId, ...columnsOf(requests), ...limits };
  const rows = await changeEvent<Row>(database, eventId, statement(values), guardKeys(values));
  const sale = rows[0]?.sale;
  if (!sale) throw new Error('the event of the reservations has gone');
  return requests.map((request, ordinal) => outcomeOf(request, rows[ordinal], sale, sale.totalAmounts?.[ordinal]));
}

/** Statements that keep a viewer's idempotency key unique over all events, also when it is used for two of them at once. */
function guardKeys(values: StatementValues): Statement[] {
  const names = values.idempotencyKeys.flatMap((key, at) => (key === null ? [] : [`${values.viewerIds[at]}\n${key}`]));
  return names.length === 0 ? [] : [lockChanges(names), findEarlier(values)];
}

/** The statement checks requests independently of each other, and would grant two that conflict. */
function refuseWhatCannotGoTogether(requests: readonly ReserveSeatsRequest[]): void {
  const indexes = requests.flatMap(({ seatIndexes }) => seatIndexes);
  const viewers = new Set(requests.map(({ viewerId }) => viewerId));
  const disjoint = new Set(indexes).size === indexes.length && viewers.size === requests.length;
  if (!disjoint || requests.some(({ seatIndexes }) => seatIndexes.length === 0)) {
    throw new RangeError('each request of a batch needs seats, and seats and a viewer of its own');
  }
}

/** Does not repeat what the request says. */
interface Row {
  /** Whether the key was used before. */
  readonly isUsed: boolean;
  /** The reservation that the key made, if the request had the same contents. */
  readonly earlier: ReservationRecord | null;
  readonly belowLimit: boolean;
  /** Null if the reservation was inserted. */
  readonly refused: { readonly free: readonly number[]; readonly holders: readonly SeatHolder[] } | null;
  /** In the first row only. */
  readonly sale: Sale | null;
}

/** What all requests of a batch have in common. */
interface Sale {
  readonly event: EventRecord;
  readonly nowMs: number;
  readonly expiresAtMs: number;
  /** Of the inserted reservations, by the ordinals of their requests. Null if there are none. */
  readonly totalAmounts: Readonly<Record<number, number>> | null;
}

/** @param totalAmount of the reservation, if it was inserted */
function outcomeOf(
  request: ReserveSeatsRequest,
  row: Row | undefined,
  sale: Sale,
  totalAmount: number | undefined,
): ReserveSeatsOutcome {
  if (row === undefined) throw new Error('the statement returned no row for a request');
  if (row.earlier !== null) return { outcome: 'repeated', reservation: row.earlier };
  if (row.isUsed) return { outcome: 'idempotency-conflict' };
  const { salesStatus } = sale.event;
  if (salesStatus !== 'ON_SALE') return { outcome: 'sales-not-open', salesStatus };
  if (!row.belowLimit) return { outcome: 'too-many-reservations' };
  if (totalAmount !== undefined) return reserved(request, totalAmount, sale);
  const free = new Set(row.refused?.free);
  return {
    outcome: 'seats-unavailable',
    taken: request.seatIndexes.filter((index) => !free.has(index)),
    holders: row.refused?.holders ?? [],
  };
}

function reserved(
  { reservationId, viewerId, seatIndexes }: ReserveSeatsRequest,
  totalAmount: number,
  { event, nowMs, expiresAtMs }: Sale,
): ReserveSeatsOutcome {
  return {
    outcome: 'reserved',
    reservation: {
      eventId: event.id,
      id: reservationId,
      viewerId,
      status: 'ACTIVE',
      seatIndexes,
      totalAmount,
      createdAtMs: nowMs,
      expiresAtMs,
      extensionsUsed: 0,
      readAtMs: nowMs,
    },
    event,
  };
}

interface StatementValues extends ReturnType<typeof columnsOf>, Readonly<Record<string, unknown>> {
  readonly eventId: string;
  readonly maxActiveReservations: number;
}

function columnsOf(requests: readonly ReserveSeatsRequest[]) {
  return {
    reservationIds: requests.map(({ reservationId }) => reservationId),
    viewerIds: requests.map(({ viewerId }) => viewerId),
    idempotencyKeys: requests.map(({ idempotencyKey }) => idempotencyKey),
    /** As array literals: a parameter cannot be an array of arrays that differ in length. */
    seatLists: requests.map(({ seatIndexes }) => `{${seatIndexes.join(',')}}`),
  };
}

const now = sql`(select now from moment)`;
const ofEvent = sql`${sql.placeholder('eventId')}::uuid`;
const reservationIds = sql`${sql.placeholder('reservationIds')}::uuid[]`;
const viewerIds = sql`${sql.placeholder('viewerIds')}::text[]`;
const idempotencyKeys = sql`${sql.placeholder('idempotencyKeys')}::text[]`;
const seatLists = sql`${sql.placeholder('seatLists')}::text[]`;
const maxActiveReservations = sql.placeholder('maxActiveReservations');

/**
 * For a key that was used for the same seats the reservation's id; an empty text if it was for other seats or another event, or if the
 * reservation was transferred since, which keeps the id that is derived from the key.
 */
const findEarlier = prepared<StatementValues>(
  findEarlierUses(sql`
    select
      input.position - 1 as ordinal,
      case when ${reservations.eventId} = ${ofEvent} and ${reservations.requestedSeatIndexes} = input.seat_list::int[]
        then ${reservations.id}::text else '' end as what
    from unnest(${viewerIds}, ${idempotencyKeys}, ${seatLists}) with ordinality
      as input(viewer_id, idempotency_key, seat_list, position)
    join ${reservations}
      on ${reservations.viewerId} = input.viewer_id and ${reservations.idempotencyKey} = input.idempotency_key
    union all
    select input.position - 1, ''
    from unnest(${reservationIds}, ${viewerIds}) with ordinality as input(id, viewer_id, position)
    where input.viewer_id <> (
      select ${reservations.viewerId} from ${reservations}
      where ${reservations.eventId} = ${ofEvent} and ${reservations.id} = input.id
    )`),
);

/** A `Sale`, from `event`. */
const saleJson = jsonOf({
  event: sql`(select ${jsonOf(eventFields)} from event as events)`,
  nowMs: epochMs(now),
  expiresAtMs: epochMs(sql`event.deadline`),
  totalAmounts: sql`(select json_object_agg(complete.ordinal, complete.total_amount) from complete)`,
});

const facts = sql`(
        select json_agg(${fact('reservation-created', {
          reservationId: sql`complete.id`,
          actor: sql`complete.viewer_id`,
          seatIndexes: sql`complete.seat_indexes`,
          expiresAtMs: epochMs(sql`event.deadline`),
        })})
        from complete, event)`;

/** A `SeatHolder`, from the row of a seat that is not free. Booked and blocked seats have no deadline and count for a day. */
const seatHolder = jsonOf({
  seatIndex: seats.index,
  holder: sql`coalesce(${seats.reservationId}::text, ${seats.status}::text)`,
  remainingMs: sql`coalesce(${epochMs(seats.expiresAt)} - ${epochMs(now)}, 86400000)`,
});

/** How many running reservations of the event a viewer has. Written so that only the index `reservations_active_of_viewer` fits. */
const activeOf = (viewerId: SQL): SQL => sql`(
            select count(*) filter (where ${reservations.expiresAt} > ${now}) from ${reservations}
            where ${reservations.eventId} = ${ofEvent} and ${reservations.viewerId} = ${viewerId}
              and ${reservations.status} = 'ACTIVE'
          )`;

/**
 * `locked` locks the free seats in the order of their indexes, so that overlapping requests cannot deadlock, and checks each seat's
 * newest row once it has the lock. Only requests whose seats were all locked are `complete`, and written. Each step carries along the
 * columns that later ones need, because joining a step again would scan it once for each request. For the same reason rows are looked
 * up in lateral sub-queries.
 */
const statement = prepared<StatementValues>(sql`
    with
      moment as materialized (select ${statementNow} as now),
      event as materialized (
        select
          ${events}.*, ${salesStatusAt(now)} as sales_status_now,
          ${now} + ${events.reservationSeconds} * interval '1 second' as deadline
        from ${events} where ${events.id} = ${ofEvent}
      ),
      request as materialized (
        select
          (input.position - 1)::int as ordinal, input.id, input.viewer_id, input.idempotency_key,
          input.seat_list::int[] as seat_indexes
        from unnest(${reservationIds}, ${viewerIds}, ${idempotencyKeys}, ${seatLists})
          with ordinality as input(id, viewer_id, idempotency_key, seat_list, position)
      ),
      checked as materialized (
        select
          request.*,
          ${earlierUse(sql`request.ordinal`)} as earlier,
          ${activeOf(sql`request.viewer_id`)} < ${maxActiveReservations}::int as below_limit
        from request
      ),
      admitted as materialized (
        select checked.* from checked, event
        where event.sales_status_now = 'ON_SALE' and checked.below_limit and checked.earlier is null
      ),
      locked as materialized (
        select
          admitted_seat.ordinal, admitted_seat.id, admitted_seat.viewer_id, admitted_seat.idempotency_key,
          admitted_seat.seat_indexes, seats.*,
          count(*) over (partition by admitted_seat.ordinal) = cardinality(admitted_seat.seat_indexes) as is_complete
        from (
          select admitted.*, wanted.index
          from admitted
          cross join unnest(admitted.seat_indexes) as wanted(index)
          order by wanted.index
        ) as admitted_seat
        cross join lateral (
          select * from ${seats}
          where ${seats.eventId} = ${ofEvent} and ${seats.index} = admitted_seat.index and ${isFree(now)}
          for update
        ) as seats
      ),
      granted as materialized (select * from locked where locked.is_complete),
      complete as materialized (
        select
          granted.ordinal, granted.id, granted.viewer_id, granted.idempotency_key, granted.seat_indexes,
          sum(${priceCategories.amount})::bigint as total_amount
        from granted
        join ${priceCategories}
          on ${priceCategories.eventId} = ${ofEvent} and ${priceCategories.position} = granted.category
        group by 1, 2, 3, 4, 5
      ),
      inserted_reservations as (
        ${insertSelected(reservations, {
          eventId: ofEvent,
          id: sql`complete.id`,
          viewerId: sql`complete.viewer_id`,
          seatIndexes: sql`complete.seat_indexes`,
          requestedSeatIndexes: sql`complete.seat_indexes`,
          totalAmount: sql`complete.total_amount`,
          createdAt: now,
          expiresAt: sql`event.deadline`,
          idempotencyKey: sql`complete.idempotency_key`,
        })}
        from complete, event
      ),
      reserved_seats as (
        ${rewrite(seats, sql`granted`, {
          eventId: ofEvent,
          status: sql`'RESERVED'`,
          reservationId: sql`granted.id`,
          expiresAt: sql`(select deadline from event)`,
        })}
      ),
      ${logChange(ofEvent, now, facts)}
    select
      checked.earlier is not null as "isUsed",
      case when checked.earlier <> '' then ${reservationJson(
        sql`${reservations} where ${reservations.eventId} = ${ofEvent} and ${reservations.id} = checked.earlier::uuid`,
        now,
      )} end as earlier,
      checked.below_limit as "belowLimit",
      case when checked.ordinal not in (select ordinal from complete) then json_build_object(
        'free', array(select index from locked where locked.ordinal = checked.ordinal),
        'holders', (
          select coalesce(json_agg(wanted.holder) filter (where wanted.holder is not null), '[]')
          from (
            select (
              select ${seatHolder} from ${seats}
              where ${seats.eventId} = ${ofEvent} and ${seats.index} = wanted.index and not ${isFree(now)}
            ) as holder
            from unnest(checked.seat_indexes) as wanted(index)
          ) as wanted
        )) end as refused,
      case when checked.ordinal = 0 then ${saleJson} end as sale,
      case when checked.ordinal = 0 then ${loggedChange} end as logged
    from checked
    cross join event
    order by checked.ordinal`);
