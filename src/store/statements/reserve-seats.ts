import { sql } from 'drizzle-orm';
import type { SeatChange, SeatHolder } from '../../coordination/coordination.ts';
import { lockViewers } from '../advisory-locks.ts';
import { compiled } from '../compiled.ts';
import type { Database } from '../database.ts';
import {
  type EventRecord,
  eventColumns,
  type ReservationRecord,
  reservationJson,
  type SalesStatus,
} from '../records.ts';
import { isFree, statementNow } from '../rules.ts';
import { changesOf, seatChange, seatHolder } from './seat-json.ts';

export interface ReserveSeatsRequest {
  /** The new reservation's. */
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
      readonly seats: readonly SeatChange[];
      readonly event: EventRecord;
    };

/**
 * Reserves for each request all of its seats or none, in one transaction, and answers in the requests' order. No two of
 * them may be one viewer's or want one seat: what would have to be judged one after the other goes into two batches.
 */
export async function reserveSeats(
  database: Database,
  eventId: string,
  requests: readonly ReserveSeatsRequest[],
  limits: { readonly maxActiveReservations: number },
): Promise<ReserveSeatsOutcome[]> {
  refuseWhatCannotGoTogether(requests);
  // The store runs them in this order: what the second sees is committed by those who had the locks before.
  const [, rows = []] = (await database.together([
    lockViewers(requests.map(({ viewerId }) => viewerId)),
    statement({ eventId, ...columnsOf(requests), ...limits }),
  ])) as Row[][];
  const event = rows[0]?.event;
  if (!event) throw new Error('the event of the reservations has gone');
  return requests.map((request, ordinal) => outcomeOf(request, rows[ordinal], event));
}

/** The statement judges its requests side by side, and would give both of two what only one can have. */
function refuseWhatCannotGoTogether(requests: readonly ReserveSeatsRequest[]): void {
  const indexes = requests.flatMap(({ seatIndexes }) => seatIndexes);
  const viewers = new Set(requests.map(({ viewerId }) => viewerId));
  const disjoint = new Set(indexes).size === indexes.length && viewers.size === requests.length;
  if (!disjoint || requests.some(({ seatIndexes }) => seatIndexes.length === 0)) {
    throw new RangeError('each request of a batch needs seats, and seats and a viewer of its own');
  }
}

interface Row {
  readonly earlier: ReservationRecord | null;
  readonly earlierIsSame: boolean | null;
  readonly salesStatus: SalesStatus;
  readonly belowLimit: boolean;
  readonly free: readonly number[];
  readonly holders: readonly SeatHolder[];
  readonly created: ReservationRecord | null;
  readonly changes: readonly SeatChange[];
  /** In the first row only. */
  readonly event: EventRecord | null;
}

function outcomeOf(request: ReserveSeatsRequest, row: Row | undefined, event: EventRecord): ReserveSeatsOutcome {
  if (row === undefined) throw new Error('a reservation was not judged');
  if (row.earlier !== null) {
    return row.earlierIsSame === true
      ? { outcome: 'repeated', reservation: row.earlier }
      : { outcome: 'idempotency-conflict' };
  }
  if (row.salesStatus !== 'ON_SALE') return { outcome: 'sales-not-open', salesStatus: row.salesStatus };
  if (!row.belowLimit) return { outcome: 'too-many-reservations' };
  if (row.created !== null) return { outcome: 'reserved', reservation: row.created, seats: row.changes, event };
  const free = new Set(row.free);
  return {
    outcome: 'seats-unavailable',
    taken: request.seatIndexes.filter((index) => !free.has(index)),
    holders: row.holders,
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
    /** Of the request that wants the seat of the same place in `seatIndexes`. */
    ordinals: requests.flatMap(({ seatIndexes }, ordinal) => seatIndexes.map(() => ordinal)),
    seatIndexes: requests.flatMap(({ seatIndexes }) => seatIndexes),
  };
}

const now = sql`(select now from moment)`;
const maxActiveReservations = sql.placeholder('maxActiveReservations');
const ofEvent = sql`${sql.placeholder('eventId')}::uuid`;
/** An `EventRecord`, from `event`. */
const eventJson = sql`(select row_to_json(record) from (select ${eventColumns} from event as events) as record)`;

/**
 * `locked` takes the free seats in the order of their indexes, so that overlapping requests cannot deadlock, and judges each
 * seat's newest row once it has the lock. Only a request whose seats were all locked is `complete`, and written.
 */
const statement = compiled<StatementValues>(sql`
    with
      moment as materialized (select ${statementNow} as now),
      event as materialized (select * from events where id = ${ofEvent}),
      request as materialized (
        select (given.position - 1)::int as ordinal, given.reservation_id, given.viewer_id, given.idempotency_key
        from unnest(
          ${sql.placeholder('reservationIds')}::uuid[],
          ${sql.placeholder('viewerIds')}::text[],
          ${sql.placeholder('idempotencyKeys')}::text[]
        ) with ordinality as given(reservation_id, viewer_id, idempotency_key, position)
      ),
      wanted as materialized (
        select * from unnest(
          ${sql.placeholder('ordinals')}::int[],
          ${sql.placeholder('seatIndexes')}::int[]
        ) as wanted(ordinal, index)
      ),
      asked as materialized (
        select ordinal, array_agg(index order by index) as seat_indexes from wanted group by ordinal
      ),
      earlier as materialized (
        select request.ordinal, reservations.*
        from request
        cross join lateral (
          select * from reservations
          where reservations.viewer_id = request.viewer_id and reservations.idempotency_key = request.idempotency_key
          limit 1
        ) as reservations
      ),
      judged as materialized (
        select
          request.*,
          (
            select count(*) filter (where reservations.expires_at > ${now}) from reservations
            where reservations.viewer_id = request.viewer_id and reservations.status = 'ACTIVE'
          ) < ${maxActiveReservations}::int as below_limit
        from request
      ),
      admitted as materialized (
        select judged.* from judged, event
        where event.sales_status = 'ON_SALE'
          and judged.below_limit
          and not exists (select from earlier where earlier.ordinal = judged.ordinal)
      ),
      locked as materialized (
        select admitted_seat.ordinal, admitted_seat.reservation_id, seats.index, seats.category
        from (
          select admitted.ordinal, admitted.reservation_id, wanted.index
          from admitted
          join wanted on wanted.ordinal = admitted.ordinal
          order by wanted.index
        ) as admitted_seat
        cross join lateral (
          select seats.index, seats.category from seats
          where seats.event_id = ${ofEvent} and seats.index = admitted_seat.index and ${isFree(now)}
          for update
        ) as seats
      ),
      complete as materialized (
        select admitted.*, asked.seat_indexes, sum(price_categories.amount)::int as total_amount
        from locked
        join price_categories
          on price_categories.event_id = ${ofEvent} and price_categories.position = locked.category
        join admitted on admitted.ordinal = locked.ordinal
        join asked on asked.ordinal = locked.ordinal
        group by admitted.ordinal, admitted.reservation_id, admitted.viewer_id, admitted.idempotency_key,
          admitted.below_limit, asked.seat_indexes
        having count(*) = cardinality(asked.seat_indexes)
      ),
      reservations_made as (
        insert into reservations (
          event_id, id, viewer_id, seat_indexes, requested_seat_indexes, total_amount, created_at, expires_at, idempotency_key
        )
        select
          event.id, complete.reservation_id, complete.viewer_id, complete.seat_indexes, complete.seat_indexes,
          complete.total_amount, ${now}, ${now} + event.reservation_seconds * interval '1 second', complete.idempotency_key
        from complete, event
        returning *
      ),
      seats_reserved as (
        update seats
        set
          status = 'RESERVED',
          reservation_id = reservations_made.id,
          expires_at = reservations_made.expires_at,
          version = seats.version + 1
        from locked
        join reservations_made on reservations_made.id = locked.reservation_id
        where seats.event_id = ${ofEvent} and seats.index = locked.index
        returning seats.reservation_id, ${seatChange} as change
      )
    select
      ${reservationJson(sql`earlier as reservations where reservations.ordinal = judged.ordinal limit 1`, now)} as earlier,
      (
        select earlier.event_id = event.id and earlier.requested_seat_indexes = asked.seat_indexes
        from earlier where earlier.ordinal = judged.ordinal limit 1
      ) as "earlierIsSame",
      event.sales_status as "salesStatus",
      judged.below_limit as "belowLimit",
      array(select index from locked where locked.ordinal = judged.ordinal) as free,
      (
        select coalesce(json_agg(${seatHolder(now)}), '[]') from wanted
        join seats on seats.event_id = event.id and seats.index = wanted.index
        where wanted.ordinal = judged.ordinal and complete.ordinal is null and not ${isFree(now)}
      ) as holders,
      ${reservationJson(sql`reservations_made as reservations where reservations.id = judged.reservation_id`, now)} as created,
      ${changesOf(sql`seats_reserved`, sql`judged.reservation_id`)} as changes,
      case when judged.ordinal = 0 then ${eventJson} end as event
    from judged
    cross join event
    join asked on asked.ordinal = judged.ordinal
    left join complete on complete.ordinal = judged.ordinal
    order by judged.ordinal`);
