import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../engine/database.ts';

/** A promise that can be checked against the stored data, and the rows that break it. */
export interface Verdict {
  readonly promise: string;
  /** Number of all breaches; `breaches` has the first of them. */
  readonly count: number;
  readonly breaches: readonly Breach[];
}

export interface Breach {
  /** Null if it is not about one event. */
  readonly eventId: string | null;
  /** Which row of it, and what is wrong there. */
  readonly what: string;
}

export interface VerificationOptions {
  /** How late the end of a reservation or of a payment may be written. Null skips these checks, for when no server runs. */
  readonly overdueSeconds: number | null;
}

const MOST_SHOWN = 20;

/** A row of a check, with the number of all rows. */
interface Row extends Breach {
  readonly total: number;
}

/**
 * Checks the stored data against the promises at one moment, also while sales run: it locks no row and writes nothing. Reports one
 * verdict at a time, because a large database takes a while.
 */
export async function verify(
  database: Database,
  { overdueSeconds }: VerificationOptions,
  onVerdict: (verdict: Verdict) => void,
): Promise<void> {
  const checks = overdueSeconds === null ? lasting : [...lasting, ...timely(overdueSeconds)];
  await database.transaction(async ({ rows }) => {
    await rows(sql`set transaction isolation level repeatable read, read only`);
    await rows(sql`set local statement_timeout = 0`);
    for (const { promise, breaches } of checks) {
      const found = await rows<Row>(sql`
        select breaches.*, (count(*) over ())::int as total
        from (${breaches}) as breaches ("eventId", what)
        order by "eventId", what
        limit ${MOST_SHOWN}::int`);
      onVerdict({
        promise,
        count: found[0]?.total ?? 0,
        breaches: found.map(({ eventId, what }) => ({ eventId, what })),
      });
    }
  });
}

interface Check {
  readonly promise: string;
  /** Selects an event's id and a text for each breach. */
  readonly breaches: SQL;
}

// The checks are plain SQL on purpose: outer joins, aggregates and `format` read better so than in Drizzle's builder, and an operator can
// paste one into psql. They spell out table and column names, so that they do not share a mistake with the statements that they check.

const lasting: readonly Check[] = [
  {
    promise: 'no seat is in two live bookings',
    breaches: sql`
      select event_id, format('seat %s: in the bookings %s', seat_index, string_agg(booking_id::text, ', '))
      from booked_seats where released_at is null
      group by event_id, seat_index having count(*) > 1`,
  },
  {
    promise: 'the indexes that stop a second sale are there',
    breaches: sql`
      select null::uuid, format('the index %s is missing or not valid', expected.name)
      from unnest(array['booked_seats_once', 'bookings_one_per_reservation', 'payments_one_live', 'reservations_idempotency_key']) as expected(name)
      where not exists (select from pg_index where indexrelid = to_regclass(expected.name) and indisunique and indisvalid)`,
  },
  {
    promise: 'every booked seat is in the live booking that it names',
    breaches: sql`
      select seats.event_id, format('seat %s (%s): names the booking %s', seats.index, seats.guid, seats.booking_id)
      from seats
      left join booked_seats on booked_seats.event_id = seats.event_id and booked_seats.seat_index = seats.index
        and booked_seats.booking_id = seats.booking_id and booked_seats.released_at is null
      left join bookings on bookings.event_id = seats.event_id and bookings.id = booked_seats.booking_id
        and bookings.status = 'CONFIRMED'
      where seats.status = 'BOOKED' and bookings.id is null`,
  },
  {
    promise: "every live booking has its seats, and nobody else's",
    breaches: sql`
      select booked_seats.event_id, format('booking %s: seat %s is %s%s', booked_seats.booking_id, booked_seats.seat_index,
        coalesce(seats.status::text, 'gone'), coalesce(', of the booking ' || seats.booking_id, ''))
      from booked_seats
      left join seats on seats.event_id = booked_seats.event_id and seats.index = booked_seats.seat_index
      where booked_seats.released_at is null and seats.booking_id is distinct from booked_seats.booking_id`,
  },
  {
    promise: 'every reserved seat is held by an active reservation until the same moment',
    breaches: sql`
      select seats.event_id, format('seat %s (%s): reserved by %s until %s; %s', seats.index, seats.guid, seats.reservation_id,
        seats.expires_at, case
          when reservations.id is null then 'there is no such reservation'
          when reservations.status <> 'ACTIVE' then 'which is ' || reservations.status
          when not seats.index = any(reservations.seat_indexes) then 'which does not list it'
          else 'which runs until ' || reservations.expires_at
        end)
      from seats
      left join reservations on reservations.event_id = seats.event_id and reservations.id = seats.reservation_id
      where seats.status = 'RESERVED' and not coalesce(
        reservations.status = 'ACTIVE' and seats.index = any(reservations.seat_indexes)
          and reservations.expires_at = seats.expires_at, false)`,
  },
  {
    // By a clock later than the snapshot: what still runs then also ran at the moment of the snapshot.
    promise: 'every reservation that runs holds all of its seats',
    breaches: sql`
      select reservations.event_id, format('reservation %s: does not hold seat %s, which is %s%s', reservations.id, wanted.index,
        coalesce(seats.status::text, 'gone'), coalesce(', by ' || seats.reservation_id, ''))
      from reservations
      cross join unnest(reservations.seat_indexes) as wanted(index)
      left join seats on seats.event_id = reservations.event_id and seats.index = wanted.index
      where reservations.status = 'ACTIVE' and reservations.expires_at > clock_timestamp()
        and seats.reservation_id is distinct from reservations.id`,
  },
  {
    promise: 'every confirmed reservation became one booking, of the same viewer and seats, and no other did',
    breaches: sql`
      select coalesce(reservations.event_id, bookings.event_id), format('reservation %s (%s): %s',
        coalesce(reservations.id, bookings.reservation_id), coalesce(reservations.status::text, 'gone'), case
          when bookings.id is null then 'has no booking'
          when reservations.viewer_id <> bookings.viewer_id then format('its booking %s is of another viewer', bookings.id)
          when reservations.status is distinct from 'CONFIRMED' then format('has the booking %s', bookings.id)
          else format('its booking %s has other seats', bookings.id)
        end)
      from (select * from reservations where status = 'CONFIRMED') as confirmed
      full join bookings on bookings.event_id = confirmed.event_id and bookings.reservation_id = confirmed.id
      left join reservations on reservations.event_id = coalesce(confirmed.event_id, bookings.event_id)
        and reservations.id = coalesce(confirmed.id, bookings.reservation_id)
      left join lateral (
        select array_agg(seat_index order by seat_index) as seat_indexes from booked_seats
        where booked_seats.event_id = bookings.event_id and booked_seats.booking_id = bookings.id
      ) as booked on true
      where confirmed.id is null or bookings.id is null or confirmed.viewer_id <> bookings.viewer_id
        or booked.seat_indexes is distinct from confirmed.seat_indexes`,
  },
  {
    promise: "every reservation's total is the sum of its seats' prices",
    breaches: sql`
      select reservations.event_id, format('reservation %s: %s, its seats %s', reservations.id, reservations.total_amount, priced.amount)
      from reservations
      cross join lateral (
        select coalesce(sum(price_categories.amount), 0) as amount
        from unnest(reservations.seat_indexes) as held(index)
        join seats on seats.event_id = reservations.event_id and seats.index = held.index
        join price_categories on price_categories.event_id = seats.event_id and price_categories.position = seats.category
      ) as priced
      where reservations.total_amount <> priced.amount`,
  },
  {
    promise: 'every booking was paid what its reservation came to',
    breaches: sql`
      select bookings.event_id, format('booking %s: %s, its reservation %s', bookings.id, bookings.total_amount, reservations.total_amount)
      from bookings
      join reservations on reservations.event_id = bookings.event_id and reservations.id = bookings.reservation_id
      where bookings.total_amount <> reservations.total_amount`,
  },
  {
    promise: "every booking's total is the sum of what its seats were sold for",
    breaches: sql`
      select bookings.event_id, format('booking %s: %s, its seats %s', bookings.id, bookings.total_amount, sold.amount)
      from bookings
      cross join lateral (
        select coalesce(sum(amount), 0) as amount from booked_seats
        where booked_seats.event_id = bookings.event_id and booked_seats.booking_id = bookings.id
      ) as sold
      where bookings.total_amount <> sold.amount`,
  },
  {
    promise: 'every live booking that costs something has one payment of that amount, whose money is secured',
    breaches: sql`
      select bookings.event_id, format('booking %s of %s: %s', bookings.id, bookings.total_amount, case
          when bookings.payment_id is null then 'has no payment'
          when payments.reservation_id <> bookings.reservation_id then format('its payment %s is of another reservation', payments.id)
          else format('its payment %s is %s, of %s', payments.id, payments.state, payments.amount)
        end)
      from bookings
      left join payments on payments.event_id = bookings.event_id and payments.id = bookings.payment_id
      where bookings.status = 'CONFIRMED' and (
        (bookings.total_amount > 0 and payments.id is null)
        or payments.reservation_id <> bookings.reservation_id or payments.amount <> bookings.total_amount
        or payments.state not in ('AUTHORIZED', 'CAPTURED', 'PARTLY_REFUNDED', 'REFUNDED'))`,
  },
  {
    promise: 'all money that was taken, and not given back, is of a booking',
    breaches: sql`
      select payments.event_id, format('payment %s of the reservation %s: is %s, of %s', payments.id, payments.reservation_id,
        payments.state, payments.amount)
      from payments
      left join bookings on bookings.event_id = payments.event_id and bookings.payment_id = payments.id
      where payments.state in ('AUTHORIZED', 'CAPTURED', 'PARTLY_REFUNDED') and bookings.id is null`,
  },
  {
    promise: 'every seat without a price is blocked',
    breaches: sql`
      select seats.event_id, format('seat %s (%s): is %s, and its category %s has no price', seats.index, seats.guid, seats.status,
        seats.category)
      from seats
      join price_categories on price_categories.event_id = seats.event_id and price_categories.position = seats.category
      where price_categories.amount is null and seats.status <> 'BLOCKED'`,
  },
  {
    // Housekeeping removes old changes from the front.
    promise: "every event's changes are numbered without gaps, up to its head",
    breaches: sql`
      select coalesce(event_heads.event_id, logged.event_id),
        format('%s changes, numbered %s to %s; the head is at %s', logged.changes, logged.first, logged.last, event_heads.revision)
      from event_heads
      full join (
        select event_id, count(*) as changes, min(revision) as first, max(revision) as last from event_changes group by event_id
      ) as logged on logged.event_id = event_heads.event_id
      where coalesce(logged.last, 0) is distinct from event_heads.revision or logged.changes <> logged.last - logged.first + 1`,
  },
  {
    promise: 'every change that a consumer has yet to handle is there',
    breaches: sql`
      select consumer_cursors.event_id, format('%s: has handled %s; the next that is there is %s, and the head is at %s',
        consumer_cursors.consumer, consumer_cursors.revision, coalesce(next.revision::text, 'none'),
        coalesce(event_heads.revision, 0))
      from consumer_cursors
      left join event_heads on event_heads.event_id = consumer_cursors.event_id
      left join lateral (
        select min(revision) as revision from event_changes
        where event_changes.event_id = consumer_cursors.event_id and event_changes.revision > consumer_cursors.revision
      ) as next on true
      where consumer_cursors.revision > coalesce(event_heads.revision, 0)
        or (consumer_cursors.revision > 0 and next.revision > consumer_cursors.revision + 1)`,
  },
  {
    // Of events whose log still begins with their creation. A seat that no change names is as it was created.
    promise: "every event's changes lead to its seats as they are",
    breaches: sql`
      with
        fact as (
          select event_changes.event_id, event_changes.revision, fact.value as fact
          from event_changes cross join jsonb_array_elements(event_changes.change -> 'facts') as fact
          where event_changes.event_id in (
            select event_id from event_changes where revision = 1 and change @> '{"facts": [{"kind": "event-created"}]}'
          )
        ),
        last as (
          select distinct on (fact.event_id, seat.index) fact.event_id, seat.index::int as index, fact.fact
          from fact
          cross join jsonb_array_elements_text(coalesce(fact.fact -> 'seatIndexes', fact.fact -> 'blockedSeatIndexes')) as seat(index)
          order by fact.event_id, seat.index, fact.revision desc
        ),
        expected_state as (
          select seats.event_id, seats.index, seats.guid,
            case last.fact ->> 'kind'
              when 'reservation-created' then 'RESERVED' when 'reservation-extended' then 'RESERVED'
              when 'booking-confirmed' then 'BOOKED'
              when 'event-created' then 'BLOCKED' when 'seats-blocked' then 'BLOCKED'
              else 'AVAILABLE'
            end as status,
            last.fact,
            seats
          from seats
          left join last on last.event_id = seats.event_id and last.index = seats.index
          where seats.event_id in (select event_id from fact)
        )
      select event_id, format('seat %s (%s): is %s; the last change of it is %s', index, guid, (seats).status,
        coalesce(fact::text, 'nothing'))
      from expected_state
      where (seats).status::text <> status
        or ((seats).status = 'RESERVED' and (
          (seats).reservation_id::text <> fact ->> 'reservationId'
          or floor(extract(epoch from (seats).expires_at) * 1000) <> (fact ->> 'expiresAtMs')::numeric
        ))
        or ((seats).status = 'BOOKED' and (seats).booking_id::text <> fact ->> 'bookingId')`,
  },
  {
    promise: 'every event has all of its seats',
    breaches: sql`
      select events.id, format('%s seats, the last of them number %s', count(seats.index), coalesce(max(seats.index)::text, 'none'))
      from events left join seats on seats.event_id = events.id
      group by events.id having count(seats.index) = 0 or count(seats.index) <> max(seats.index) + 1`,
  },
];

/** Checks of what running servers must have written by now. */
function timely(overdueSeconds: number): Check[] {
  const due = sql`clock_timestamp() - ${overdueSeconds}::int * interval '1 second'`;
  return [
    {
      promise: `no reservation ended more than ${overdueSeconds} s ago without that being written`,
      breaches: sql`
        select event_id, format('reservation %s: ended at %s', id, expires_at)
        from reservations where status = 'ACTIVE' and expires_at < ${due}`,
    },
    {
      promise: `every payment of bookings older than ${overdueSeconds} s has been captured`,
      breaches: sql`
        select payments.event_id, format('booking %s: booked at %s, payment %s, %s at the provider, failed %s times', bookings.id,
          bookings.booked_at, payments.id, payments.provider_reference, payments.attempts)
        from payments
        join bookings on bookings.event_id = payments.event_id and bookings.payment_id = payments.id
        where payments.state = 'AUTHORIZED' and bookings.status = 'CONFIRMED' and bookings.booked_at < ${due}`,
    },
    {
      promise: `no payment without a booking is left for more than ${overdueSeconds} s after its reservation ended`,
      breaches: sql`
        select payments.event_id, format('payment %s: is %s, of the reservation %s, which ended at %s; %s at the provider, failed %s times',
          payments.id, payments.state, payments.reservation_id, reservations.expires_at,
          coalesce(payments.provider_reference, 'not known'), payments.attempts)
        from payments
        join reservations on reservations.event_id = payments.event_id and reservations.id = payments.reservation_id
        where payments.due_at is not null and payments.state in ('AUTHORIZING', 'ACTION_REQUIRED', 'VOIDED', 'FAILED')
          and reservations.expires_at < ${due} and payments.updated_at < ${due}`,
    },
  ];
}
