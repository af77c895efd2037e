import { randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../src/store/engine/database.ts';
import { type Verdict, verify } from '../../src/store/queries/verification.ts';
import { cancelReservations } from '../../src/store/statements/cancel-reservations.ts';
import { expireReservations } from '../../src/store/statements/expire-reservations.ts';
import { book, hold, lapse } from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent } from './sample-event.ts';

async function verdictsOf(database: Database, overdueSeconds: number | null = 60): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  await verify(database, { overdueSeconds }, (verdict) => verdicts.push(verdict));
  return verdicts;
}

/** An event with all kinds of rows: seats 0 to 3 are held, 4 and 5 booked. */
async function busyEvent(database: Database) {
  const eventId = await createSampleEvent(database, 12);
  const running = await hold(database, eventId, [0, 1]);
  const other = await hold(database, eventId, [2, 3]);
  const bookingId = await book(database, await hold(database, eventId, [4, 5]));
  const whole = await hold(database, eventId, [6, 7]);
  const partly = await hold(database, eventId, [8, 9]);
  await cancelReservations(database, eventId, [
    { reservationId: whole.id, viewerId: whole.viewerId, seatIndexes: null },
    { reservationId: partly.id, viewerId: partly.viewerId, seatIndexes: [9] },
  ]);
  const lapsed = await hold(database, eventId, [9]);
  const expired = await hold(database, eventId, [10]);
  await lapse(database, lapsed, expired);
  await expireReservations(database, eventId, [expired.id]);
  const reservedAnew = await hold(database, eventId, [9, 10]);
  return { eventId, running, other, bookingId, reservedAnew };
}

type Busy = Awaited<ReturnType<typeof busyEvent>>;

interface Fault {
  readonly promise: string;
  /** Expected message. */
  readonly what: RegExp;
  /** Statements that cause the fault. The first may drop a constraint that prevents it. */
  readonly plant: (event: Busy) => readonly SQL[];
}

const newPayment = (eventId: string, reservationId: string): SQL => sql`
  insert into payments (event_id, id, reservation_id, viewer_id, provider, amount, currency, due_at, created_at, updated_at)
  select event_id, id, id, viewer_id, 'test', total_amount, 'EUR', now(), now(), now()
  from reservations where event_id = ${eventId} and id = ${reservationId}`;

const cursorAt = (eventId: string, revision: number): SQL => sql`
  with tickets as (insert into consumers (name) values ('tickets') on conflict do nothing)
  insert into consumer_cursors (event_id, consumer, revision, available_at) values (${eventId}, 'tickets', ${revision}, now())`;

const faults: readonly Fault[] = [
  {
    promise: 'every booked seat is in the live booking that it names',
    what: /^seat 4 \(seat-4\): names the booking /,
    plant: ({ eventId }) => [
      sql`update booked_seats set released_at = now() where event_id = ${eventId} and seat_index = 4`,
    ],
  },
  {
    promise: "every live booking has its seats, and nobody else's",
    what: /^booking .+: seat 5 is AVAILABLE$/,
    plant: ({ eventId }) => [
      sql`update seats set status = 'AVAILABLE', booking_id = null where event_id = ${eventId} and index = 5`,
    ],
  },
  {
    promise: 'every reserved seat is held by an active reservation until the same moment',
    what: /^seat 0 \(seat-0\): reserved by .+; which does not list it$/,
    plant: ({ eventId, other }) => [
      sql`update seats set reservation_id = ${other.id} where event_id = ${eventId} and index = 0`,
    ],
  },
  {
    promise: 'every reserved seat is held by an active reservation until the same moment',
    what: /^seat 1 .+; which runs until /,
    plant: ({ eventId }) => [
      sql`update seats set expires_at = expires_at + interval '1 second' where event_id = ${eventId} and index = 1`,
    ],
  },
  {
    promise: 'every reserved seat is held by an active reservation until the same moment',
    what: /^seat 1 .+; there is no such reservation$/,
    plant: ({ eventId }) => [
      sql`update seats set reservation_id = ${randomUUID()} where event_id = ${eventId} and index = 1`,
    ],
  },
  {
    promise: 'every reserved seat is held by an active reservation until the same moment',
    what: /^seat 2 .+; which is EXPIRED$/,
    plant: ({ other }) => [sql`update reservations set status = 'EXPIRED' where id = ${other.id}`],
  },
  {
    promise: 'every reservation that runs holds all of its seats',
    what: /^reservation .+: does not hold seat 3, which is AVAILABLE$/,
    plant: ({ eventId }) => [
      sql`update seats set status = 'AVAILABLE', reservation_id = null, expires_at = null where event_id = ${eventId} and index = 3`,
    ],
  },
  {
    promise: 'every confirmed reservation became one booking, of the same viewer and seats, and no other did',
    what: /^reservation .+ \(CONFIRMED\): has no booking$/,
    plant: ({ reservedAnew }) => [sql`update reservations set status = 'CONFIRMED' where id = ${reservedAnew.id}`],
  },
  {
    promise: 'every confirmed reservation became one booking, of the same viewer and seats, and no other did',
    what: /^reservation .+ \(CANCELLED\): has the booking /,
    plant: ({ eventId }) => [
      sql`update reservations set status = 'CANCELLED' where event_id = ${eventId} and status = 'CONFIRMED'`,
    ],
  },
  {
    promise: 'every confirmed reservation became one booking, of the same viewer and seats, and no other did',
    what: /^reservation .+: its booking .+ is of another viewer$/,
    plant: ({ eventId }) => [sql`update bookings set viewer_id = 'somebody else' where event_id = ${eventId}`],
  },
  {
    promise: 'every confirmed reservation became one booking, of the same viewer and seats, and no other did',
    what: /^reservation .+: its booking .+ has other seats$/,
    plant: ({ eventId }) => [sql`delete from booked_seats where event_id = ${eventId} and seat_index = 5`],
  },
  {
    promise: "every reservation's total is the sum of its seats' prices",
    what: /^reservation .+: 1, its seats 6500$/,
    plant: ({ running }) => [sql`update reservations set total_amount = 1 where id = ${running.id}`],
  },
  {
    promise: 'every booking was paid what its reservation came to',
    what: /^booking .+: 7, its reservation 6500$/,
    plant: ({ eventId }) => [sql`update bookings set total_amount = 7 where event_id = ${eventId}`],
  },
  {
    promise: 'every seat without a price is blocked',
    what: /^seat 11 \(seat-11\): is AVAILABLE, and its category \d has no price$/,
    plant: ({ eventId }) => [sql`update price_categories set amount = null where event_id = ${eventId}`],
  },
  {
    promise: 'every event has all of its seats',
    what: /^11 seats, the last of them number 11$/,
    plant: ({ eventId }) => [sql`delete from seats where event_id = ${eventId} and index = 6`],
  },
  {
    promise: 'no reservation ended more than 60 s ago without that being written',
    what: /^reservation .+: ended at /,
    plant: ({ running }) => [
      sql`update reservations set created_at = now() - interval '1 hour', expires_at = now() - interval '61 seconds' where id = ${running.id}`,
    ],
  },
  {
    promise: 'every payment of bookings older than 60 s has been captured',
    what: /^booking .+: booked at .+, payment .+, paid .+ at the provider, failed 0 times$/,
    plant: ({ bookingId }) => [
      sql`update bookings set booked_at = now() - interval '61 seconds' where id = ${bookingId}`,
    ],
  },
  {
    promise: 'no payment without a booking is left for more than 60 s after its reservation ended',
    what: /^payment .+: is AUTHORIZING, of the reservation .+, which ended at .+; not known at the provider, failed 0 times$/,
    plant: ({ eventId, running }) => [
      newPayment(eventId, running.id),
      sql`update payments set updated_at = now() - interval '61 seconds' where event_id = ${eventId}`,
      sql`update reservations set created_at = now() - interval '1 hour', expires_at = now() - interval '61 seconds' where id = ${running.id}`,
    ],
  },
  {
    promise: 'all money that was taken, and not given back, is of a booking',
    what: /^payment .+ of the reservation .+: is CAPTURED, of 6500$/,
    plant: ({ eventId, running }) => [
      newPayment(eventId, running.id),
      sql`update payments set state = 'CAPTURED' where event_id = ${eventId} and reservation_id = ${running.id}`,
    ],
  },
  {
    promise: 'every live booking that costs something has one payment of that amount, whose money is secured',
    what: /^booking .+ of 6500: has no payment$/,
    plant: ({ eventId }) => [sql`update bookings set payment_id = null where event_id = ${eventId}`],
  },
  {
    promise: 'every live booking that costs something has one payment of that amount, whose money is secured',
    what: /^booking .+ of 6500: its payment .+ is VOIDED, of 6500$/,
    plant: ({ eventId }) => [sql`update payments set state = 'VOIDED' where event_id = ${eventId}`],
  },
  {
    promise: 'every live booking that costs something has one payment of that amount, whose money is secured',
    what: /^booking .+ of 6500: its payment .+ is AUTHORIZED, of 1$/,
    plant: ({ eventId }) => [sql`update payments set amount = 1 where event_id = ${eventId}`],
  },
  {
    promise: 'every live booking that costs something has one payment of that amount, whose money is secured',
    what: /^booking .+ of 6500: its payment .+ is of another reservation$/,
    plant: ({ eventId, running }) => [
      sql`update payments set reservation_id = ${running.id} where event_id = ${eventId}`,
    ],
  },
  {
    promise: "every booking's total is the sum of what its seats were sold for",
    what: /^booking .+: 6500, its seats 2001$/,
    plant: ({ eventId }) => [sql`update booked_seats set amount = 1 where event_id = ${eventId} and seat_index = 4`],
  },
  {
    promise: "every event's changes are numbered without gaps, up to its head",
    what: /^\d+ changes, numbered 1 to (\d+); the head is at \1$/,
    plant: ({ eventId }) => [sql`delete from event_changes where event_id = ${eventId} and revision = 3`],
  },
  {
    promise: "every event's changes are numbered without gaps, up to its head",
    what: /^\d+ changes, numbered 1 to \d+; the head is at \d+$/,
    plant: ({ eventId }) => [sql`update event_heads set revision = revision + 1 where event_id = ${eventId}`],
  },
  {
    promise: 'every change that a consumer has yet to handle is there',
    what: /^tickets: has handled 2; the next that is there is 5, and the head is at \d+$/,
    plant: ({ eventId }) => [
      cursorAt(eventId, 2),
      sql`delete from event_changes where event_id = ${eventId} and revision < 5`,
    ],
  },
  {
    promise: 'every change that a consumer has yet to handle is there',
    what: /^tickets: has handled 1000; the next that is there is none, and the head is at \d+$/,
    plant: ({ eventId }) => [cursorAt(eventId, 1_000)],
  },
  {
    promise: "every event's changes lead to its seats as they are",
    what: /^seat 11 \(seat-11\): is BLOCKED; the last change of it is nothing$/,
    plant: ({ eventId }) => [sql`update seats set status = 'BLOCKED' where event_id = ${eventId} and index = 11`],
  },
  {
    promise: "every event's changes lead to its seats as they are",
    what: /^seat 9 \(seat-9\): is RESERVED; the last change of it is \{.*reservation-created/,
    plant: ({ eventId, reservedAnew }) => [
      sql`update seats set expires_at = expires_at + interval '1 s' where event_id = ${eventId} and index = 9`,
      sql`update reservations set expires_at = expires_at + interval '1 s' where id = ${reservedAnew.id}`,
    ],
  },
  {
    promise: 'no seat is in two live bookings',
    what: /^seat 4: in the bookings .+, .+$/,
    plant: ({ eventId, other }) => [
      sql`drop index booked_seats_once`,
      sql`insert into bookings (event_id, id, reservation_id, viewer_id, reference, total_amount, booked_at)
        values (${eventId}, ${randomUUID()}, ${other.id}, 'ann', ${randomUUID()}, 1, now())`,
      sql`insert into booked_seats (event_id, booking_id, seat_index, amount)
        select event_id, id, 4, 1 from bookings where event_id = ${eventId} and reservation_id = ${other.id}`,
    ],
  },
];

describe.each(engines)('verifying on $engine', async ({ open }) => {
  const database = await open();

  test('finds no fault in an event with all kinds of rows', async () => {
    await busyEvent(database);
    expect((await verdictsOf(database)).filter(({ count }) => count > 0)).toEqual([]);
  });

  test.each(faults)('finds what breaks "$promise": $what', async ({ promise, what, plant }) => {
    const event = await busyEvent(database);
    for (const statement of plant(event)) await database.rows(statement);
    const verdict = (await verdictsOf(database)).find((one) => one.promise === promise);
    expect(verdict?.breaches).toContainEqual({ eventId: event.eventId, what: expect.stringMatching(what) });
  });

  test('reports the index that the test before has dropped', async () => {
    const verdict = (await verdictsOf(database)).find(({ promise }) => promise.startsWith('the indexes'));
    expect(verdict?.breaches).toEqual([{ eventId: null, what: 'the index booked_seats_once is missing or not valid' }]);
  });

  test('shows the first of many, and counts all', async () => {
    const eventId = await createSampleEvent(database, 30);
    await hold(database, eventId, [...Array(30).keys()]);
    await database.rows(
      sql`update seats set expires_at = expires_at + interval '1 second' where event_id = ${eventId}`,
    );
    const verdict = (await verdictsOf(database)).find(({ promise }) => promise.startsWith('every reserved seat'));
    expect(verdict?.breaches).toHaveLength(20);
    expect(verdict?.count).toBeGreaterThanOrEqual(30);
  });

  test('does not check what needs a server, without one', async () => {
    expect((await verdictsOf(database, null)).map(({ promise }) => promise).join()).not.toMatch(
      /ended more|captured|is left for/,
    );
  });
});
