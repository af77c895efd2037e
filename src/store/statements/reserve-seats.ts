import { sql } from 'drizzle-orm';
import type { EventRecord, ReservationRecord, SalesStatus } from '../../domain/records.ts';
import type { SeatChange, SeatHolder } from '../../domain/seat.ts';
import { lockChanges } from '../advisory-locks.ts';
import { changeEvent, fact, logChange, loggedChange } from '../change-log.ts';
import { compiled } from '../compiled.ts';
import type { Database, Statement } from '../database.ts';
import { oneOf } from '../one-of.ts';
import { eventColumns, reservationJson } from '../records.ts';
import { epochMs, isFree, salesStatusAt, statementNow } from '../rules.ts';
import { seatHolder } from './seat-json.ts';

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
  const rows = await changeEvent<Row>(
    database,
    eventId,
    statement({ eventId, ...columnsOf(requests), ...limits }),
    lockKeys(requests),
  );
  const sale = rows[0]?.sale;
  if (!sale) throw new Error('the event of the reservations has gone');
  return requests.map((request, ordinal) => outcomeOf(request, rows[ordinal], sale));
}

/** A key is the viewer's on all events: whoever uses it for two at once, has it for one of them. */
function lockKeys(requests: readonly ReserveSeatsRequest[]): Statement[] {
  const names = requests.flatMap(({ viewerId, idempotencyKey }) =>
    idempotencyKey === null ? [] : [`${viewerId}\n${idempotencyKey}`],
  );
  return names.length === 0 ? [] : [lockChanges(names)];
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

/** What the request says already is not sent back. */
interface Row {
  readonly earlier: ReservationRecord | null;
  readonly earlierIsSame: boolean | null;
  readonly salesStatus: SalesStatus;
  readonly belowLimit: boolean;
  /** Null unless the reservation was made, like the next two. */
  readonly totalAmount: number | null;
  /** Ascending. */
  readonly seatIndexes: readonly number[] | null;
  /** Of the rows of the seats at the same places. */
  readonly versions: readonly number[] | null;
  /** Null if the reservation was made. */
  readonly refused: { readonly free: readonly number[]; readonly holders: readonly SeatHolder[] } | null;
  /** In the first row only. */
  readonly sale: Sale | null;
}

/** What all reservations of one batch have in common. */
interface Sale {
  readonly event: EventRecord;
  readonly nowMs: number;
  readonly expiresAtMs: number;
}

function outcomeOf(request: ReserveSeatsRequest, row: Row | undefined, sale: Sale): ReserveSeatsOutcome {
  if (row === undefined) throw new Error('a reservation was not judged');
  if (row.earlier !== null) {
    return row.earlierIsSame === true
      ? { outcome: 'repeated', reservation: row.earlier }
      : { outcome: 'idempotency-conflict' };
  }
  if (row.salesStatus !== 'ON_SALE') return { outcome: 'sales-not-open', salesStatus: row.salesStatus };
  if (!row.belowLimit) return { outcome: 'too-many-reservations' };
  if (isMade(row)) return reserved(request, row, sale);
  const free = new Set(row.refused?.free);
  return {
    outcome: 'seats-unavailable',
    taken: request.seatIndexes.filter((index) => !free.has(index)),
    holders: row.refused?.holders ?? [],
  };
}

type Made = { readonly [Column in 'totalAmount' | 'seatIndexes' | 'versions']: NonNullable<Row[Column]> };

function isMade(row: Row): row is Row & Made {
  return row.totalAmount !== null;
}

function reserved(
  { reservationId, viewerId }: ReserveSeatsRequest,
  { totalAmount, seatIndexes, versions }: Made,
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
    seats: seatIndexes.map((index, at) => ({
      index,
      status: 'RESERVED',
      version: versions[at] ?? 0,
      reservationId,
      expiresAtMs,
    })),
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
    /** Of the request that wants the seat of the same place in `seatIndexes`. */
    ordinals: requests.flatMap(({ seatIndexes }, ordinal) => seatIndexes.map(() => ordinal)),
    seatIndexes: requests.flatMap(({ seatIndexes }) => seatIndexes),
  };
}

const now = sql`(select now from moment)`;
const maxActiveReservations = sql.placeholder('maxActiveReservations');
const ofEvent = sql`${sql.placeholder('eventId')}::uuid`;
/** A `Sale`, from `event`. */
const saleJson = sql`json_build_object(
        'event', (select row_to_json(record) from (select ${eventColumns} from event as events) as record),
        'nowMs', ${epochMs(now)},
        'expiresAtMs', ${epochMs(sql`event.deadline`)})`;

const facts = sql`(
        select json_agg(${fact('reservation-created', {
          reservationId: sql`complete.reservation_id`,
          actor: sql`complete.viewer_id`,
          seatIndexes: sql`complete.seat_indexes`,
          expiresAtMs: epochMs(sql`event.deadline`),
        })})
        from complete, event)`;

/**
 * `locked` takes the free seats in the order of their indexes, so that overlapping requests cannot deadlock, and judges each
 * seat's newest row once it has the lock. Only a request whose seats were all locked is `complete`, and written. What goes
 * from one step to the next is carried along: to be joined again it would be searched once for each of the requests.
 * A viewer's reservations are found by the viewer alone: while there are few statistics, the planner takes any index that has the
 * event for as good as that of viewers, and keeps the plan.
 */
const statement = compiled<StatementValues>(sql`
    with
      moment as materialized (select ${statementNow} as now),
      event as materialized (
        select
          events.*, ${salesStatusAt(now)} as sales_status_now,
          ${now} + events.reservation_seconds * interval '1 second' as deadline
        from events where id = ${ofEvent}
      ),
      asked as materialized (
        select ordinal, array_agg(index order by index) as seat_indexes
        from unnest(
          ${sql.placeholder('ordinals')}::int[],
          ${sql.placeholder('seatIndexes')}::int[]
        ) as wanted(ordinal, index)
        group by ordinal
      ),
      request as materialized (
        select asked.ordinal, given.reservation_id, given.viewer_id, given.idempotency_key, asked.seat_indexes
        from unnest(
          ${sql.placeholder('reservationIds')}::uuid[],
          ${sql.placeholder('viewerIds')}::text[],
          ${sql.placeholder('idempotencyKeys')}::text[]
        ) with ordinality as given(reservation_id, viewer_id, idempotency_key, position)
        join asked on asked.ordinal = given.position - 1
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
            select count(*) filter (where reservations.event_id = ${ofEvent} and reservations.expires_at > ${now})
            from reservations
            where reservations.viewer_id = request.viewer_id and reservations.status = 'ACTIVE'
          ) < ${maxActiveReservations}::int as below_limit
        from request
      ),
      admitted as materialized (
        select judged.* from judged, event
        where event.sales_status_now = 'ON_SALE'
          and judged.below_limit
          and not exists (select from earlier where earlier.ordinal = judged.ordinal)
      ),
      locked as materialized (
        select admitted_seat.*, seats.event_id, seats.category
        from (
          select admitted.*, wanted.index
          from admitted
          cross join unnest(admitted.seat_indexes) as wanted(index)
          order by wanted.index
        ) as admitted_seat
        cross join lateral (
          select seats.event_id, seats.category from seats
          where seats.event_id = ${ofEvent} and seats.index = admitted_seat.index and ${isFree(now)}
          for update
        ) as seats
      ),
      complete as materialized (
        select
          locked.ordinal, locked.event_id, locked.reservation_id, locked.viewer_id, locked.idempotency_key,
          locked.seat_indexes, sum(price_categories.amount)::bigint as total_amount
        from locked
        join price_categories
          on price_categories.event_id = locked.event_id and price_categories.position = locked.category
        group by 1, 2, 3, 4, 5, 6
        having count(*) = cardinality(locked.seat_indexes)
      ),
      reservations_made as (
        insert into reservations (
          event_id, id, viewer_id, seat_indexes, requested_seat_indexes, total_amount, created_at, expires_at, idempotency_key
        )
        select
          event.id, complete.reservation_id, complete.viewer_id, complete.seat_indexes, complete.seat_indexes,
          complete.total_amount, ${now}, event.deadline, complete.idempotency_key
        from complete, event
      ),
      granted as materialized (
        select complete.event_id, complete.reservation_id, unnest(complete.seat_indexes) as index from complete
      ),
      seats_reserved as (
        update seats
        set
          status = 'RESERVED',
          reservation_id = granted.reservation_id,
          expires_at = (select deadline from event),
          version = seats.version + 1
        from granted
        where seats.event_id = granted.event_id and seats.index = granted.index
        returning seats.reservation_id, seats.index, seats.version
      ),
      written as (
        select reservation_id, array_agg(index order by index) as seat_indexes, array_agg(version order by index) as versions
        from seats_reserved
        group by reservation_id
      ),
      ${logChange(ofEvent, now, facts)}
    select
      ${reservationJson(sql`earlier as reservations where reservations.ordinal = judged.ordinal`, now)} as earlier,
      earlier.event_id = event.id and earlier.requested_seat_indexes = judged.seat_indexes as "earlierIsSame",
      event.sales_status_now as "salesStatus",
      judged.below_limit as "belowLimit",
      complete.total_amount::float8 as "totalAmount",
      written.seat_indexes as "seatIndexes",
      written.versions,
      case when complete.ordinal is null then json_build_object(
        'free', array(select index from locked where locked.ordinal = judged.ordinal),
        'holders', (
          select coalesce(json_agg(${seatHolder(now)}), '[]')
          from unnest(judged.seat_indexes) as wanted(index)
          cross join lateral ${oneOf(sql`seats`, sql`seats.event_id = event.id and seats.index = wanted.index`)}
          where not ${isFree(now)}
        )) end as refused,
      case when judged.ordinal = 0 then ${saleJson} end as sale,
      case when judged.ordinal = 0 then ${loggedChange} end as logged
    from judged
    cross join event
    left join earlier on earlier.ordinal = judged.ordinal
    left join complete on complete.ordinal = judged.ordinal
    left join written on written.reservation_id = judged.reservation_id
    order by judged.ordinal`);
