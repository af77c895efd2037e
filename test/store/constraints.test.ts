import { randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../src/store/engine/database.ts';
import { book, hold } from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent } from './sample-event.ts';

/** An event with a held seat 0, a booked seat 1, and a free seat 2. */
async function eventWithSales(database: Database) {
  const eventId = await createSampleEvent(database, 3);
  const held = await hold(database, eventId, [0]);
  const confirmed = await hold(database, eventId, [1]);
  return { eventId, heldId: held.id, confirmedId: confirmed.id, bookingId: await book(database, confirmed) };
}

type Sales = Awaited<ReturnType<typeof eventWithSales>>;

const seat =
  (index: number, change: SQL) =>
  ({ eventId }: Sales): SQL =>
    sql`update seats set ${change} where event_id = ${eventId}::uuid and index = ${index}::int`;

const newBooking = (id: string, eventId: string, reservationId: string, reference: string): SQL => sql`
  insert into bookings (event_id, id, reservation_id, viewer_id, reference, total_amount, booked_at)
  values (${eventId}::uuid, ${id}::uuid, ${reservationId}::uuid, 'eve', ${reference}, 1, now())`;

const newReservation = (eventId: string, seatIndexes: SQL, expiresAt: SQL, key: string | null = null): SQL => sql`
  insert into reservations (
    event_id, id, viewer_id, seat_indexes, requested_seat_indexes, total_amount, created_at, expires_at, idempotency_key
  )
  values (
    ${eventId}::uuid, ${randomUUID()}::uuid, 'eve', ${seatIndexes}, ${seatIndexes}, 1, now(), ${expiresAt}, ${key}::text
  )`;

const newPayment = (eventId: string, reservationId: string, { amount = 1, refunded = 0 } = {}): SQL => sql`
  insert into payments (
    event_id, id, reservation_id, viewer_id, provider, amount, currency, refunded, created_at, updated_at
  )
  values (
    ${eventId}::uuid, ${randomUUID()}::uuid, ${reservationId}::uuid, 'eve', 'test', ${amount}, 'EUR', ${refunded}, now(), now()
  )`;

const COLUMNS = 'seats_columns_of_status';
const later = sql`now() + interval '1 minute'`;
const uuid = () => sql`${randomUUID()}::uuid`;

/** A write that must fail, and the constraint that refuses it. */
type Impossible = [what: string, constraint: string, write: (sales: Sales) => SQL];
const impossible: Impossible[] = [
  ['a seat RESERVED without a deadline', COLUMNS, seat(0, sql`expires_at = null`)],
  ['a seat RESERVED for nobody', COLUMNS, seat(0, sql`reservation_id = null`)],
  ['a seat RESERVED and booked', COLUMNS, (sales) => seat(0, sql`booking_id = ${sales.bookingId}::uuid`)(sales)],
  ['a seat BOOKED without a booking', COLUMNS, seat(1, sql`booking_id = null`)],
  ['a seat BOOKED with a deadline', COLUMNS, seat(1, sql`expires_at = ${later}`)],
  ['a seat BOOKED with a reservation', COLUMNS, seat(1, sql`reservation_id = ${uuid()}`)],
  ['a seat BOOKED while it is held', COLUMNS, seat(0, sql`status = 'BOOKED'`)],
  ['a seat AVAILABLE with a reservation', COLUMNS, seat(2, sql`reservation_id = ${uuid()}`)],
  ['a seat AVAILABLE with a deadline', COLUMNS, seat(2, sql`expires_at = ${later}`)],
  ['a seat AVAILABLE with a booking', COLUMNS, seat(1, sql`status = 'AVAILABLE'`)],
  ['a seat BLOCKED while it is held', COLUMNS, seat(0, sql`status = 'BLOCKED'`)],
  [
    'a seat BOOKED by a booking there is not',
    'seats_event_id_booking_id_bookings_event_id_id_fk',
    seat(2, sql`status = 'BOOKED', booking_id = ${uuid()}`),
  ],
  ['a seat before the first', 'seats_index', seat(2, sql`index = -1`)],
  ['two seats in one place', 'seats_event_id_index_pk', seat(2, sql`index = 1`)],
  [
    'a seat in no price category',
    'seats_event_id_category_price_categories_event_id_position_fk',
    seat(2, sql`category = 2`),
  ],
  [
    'a seat in two live bookings',
    'booked_seats_once',
    ({ eventId, heldId }) => {
      const bookingId = randomUUID();
      return sql`
        with other as (${newBooking(bookingId, eventId, heldId, 'OTHER')})
        insert into booked_seats (event_id, booking_id, seat_index, amount) values (${eventId}::uuid, ${bookingId}::uuid, 1, 0)`;
    },
  ],
  [
    'a booked seat of no booking',
    'booked_seats_event_id_booking_id_bookings_event_id_id_fk',
    ({ eventId }) =>
      sql`insert into booked_seats (event_id, booking_id, seat_index, amount) values (${eventId}::uuid, ${uuid()}, 2, 0)`,
  ],
  [
    'a booked seat that is not there',
    'booked_seats_event_id_seat_index_seats_event_id_index_fk',
    ({ eventId, bookingId }) => sql`
      insert into booked_seats (event_id, booking_id, seat_index, amount) values (${eventId}::uuid, ${bookingId}::uuid, 3, 0)`,
  ],
  [
    'a second booking of a reservation',
    'bookings_one_per_reservation',
    ({ eventId, confirmedId }) => newBooking(randomUUID(), eventId, confirmedId, 'SECOND'),
  ],
  [
    'a booking of no reservation',
    'bookings_event_id_reservation_id_reservations_event_id_id_fk',
    ({ eventId }) => newBooking(randomUUID(), eventId, randomUUID(), 'NONE'),
  ],
  [
    'a reference for two bookings',
    'bookings_reference',
    ({ eventId, heldId, bookingId }) => newBooking(randomUUID(), eventId, heldId, bookingId),
  ],
  [
    'a reservation of no seats',
    'reservations_seats',
    ({ eventId }) => newReservation(eventId, sql`'{}'::int[]`, later),
  ],
  [
    'a reservation that ends before it begins',
    'reservations_deadline',
    ({ eventId }) => newReservation(eventId, sql`'{2}'::int[]`, sql`now()`),
  ],
  [
    'a reservation on no event',
    'reservations_event_id_events_id_fk',
    () => newReservation(randomUUID(), sql`'{2}'::int[]`, later),
  ],
  [
    'two reservations by one key',
    'reservations_idempotency_key',
    ({ eventId }) => sql`
      with first as (${newReservation(eventId, sql`'{2}'::int[]`, later, 'once')})
      ${newReservation(eventId, sql`'{2}'::int[]`, later, 'once')}`,
  ],
  [
    'two payments that may both become one booking',
    'payments_one_live',
    ({ eventId, heldId }) => sql`with first as (${newPayment(eventId, heldId)}) ${newPayment(eventId, heldId)}`,
  ],
  ['a payment for what is booked', 'payments_one_live', ({ eventId, confirmedId }) => newPayment(eventId, confirmedId)],
  ['a payment of nothing', 'payments_amount', ({ eventId, heldId }) => newPayment(eventId, heldId, { amount: 0 })],
  [
    'more refunded than was paid',
    'payments_refunded',
    ({ eventId, heldId }) => newPayment(eventId, heldId, { refunded: 2 }),
  ],
  ['a payment of no reservation', 'payments_reservation', ({ eventId }) => newPayment(eventId, randomUUID())],
  [
    'a price below nothing',
    'price_categories_amount',
    ({ eventId }) => sql`update price_categories set amount = -1 where event_id = ${eventId}::uuid`,
  ],
  ...[0, 86_401].map(
    (seconds): Impossible => [
      `reservations of ${seconds} seconds`,
      'events_reservation_seconds',
      ({ eventId }) => sql`update events set reservation_seconds = ${seconds}::int where id = ${eventId}::uuid`,
    ],
  ),
];

describe.each(engines)('$engine itself refuses', async ({ open }) => {
  const database = await open();
  let sales: Sales;
  beforeAll(async () => {
    sales = await eventWithSales(database);
  });

  test.each(impossible)('%s', async (_what, constraint, write) => {
    const error: unknown = await database.rows(write(sales)).catch((reason: unknown) => reason);
    expect(brokenConstraint(error)).toBe(constraint);
  });
});

/** Postgres' name of the constraint. The two drivers name the field differently. */
function brokenConstraint(error: unknown): unknown {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('constraint_name' in at) return at.constraint_name;
    if ('constraint' in at) return at.constraint;
  }
  return error;
}
