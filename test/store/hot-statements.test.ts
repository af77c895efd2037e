import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { ReservationRecord } from '../../src/domain/records.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { findBookings, findBookingsOfReservations } from '../../src/store/queries/bookings.ts';
import { readClock } from '../../src/store/queries/event-state.ts';
import { findReservations } from '../../src/store/queries/reservations.ts';
import { blockSeats } from '../../src/store/statements/block-seats.ts';
import { cancelReservations } from '../../src/store/statements/cancel-reservations.ts';
import { confirmReservations } from '../../src/store/statements/confirm-reservations.ts';
import { expireReservations } from '../../src/store/statements/expire-reservations.ts';
import { extendReservations } from '../../src/store/statements/extend-reservations.ts';
import { fencePayments } from '../../src/store/statements/fence-payments.ts';
import { updatePayments } from '../../src/store/statements/update-payments.ts';
import { onServer } from '../support/create-database.ts';
import { createTestDatabase, testDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { confirmationOf, fenceRequestOf, requestFor, reserveTogether } from './buyers.ts';
import { createSampleEvent } from './sample-event.ts';

const { url } = await testDatabase();
const onOneConnection = () => openDatabase({ kind: 'postgres', url, poolSize: 1 });

/** Postgres plans a prepared statement five times, and may then keep a generic plan. */
const ROUNDS = 12;
const BATCH = 32;
const fenceTerms = { paymentSeconds: 3_599, marginSeconds: 1 };
/** The largest batch. */
const MOST = 128;

interface TableStatistics {
  readonly seq_scan: number;
  readonly inserts: number;
  readonly updates: number;
  readonly hot_updates: number;
  /** Rows fetched by an index. */
  readonly fetched: number;
}

/** Statistics of each table. Connections report theirs when they close. */
function statistics(url: string, tables: readonly string[]): Promise<TableStatistics[]> {
  return onServer(url, async (connection) => {
    const isAlone = async () =>
      (await connection`select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
        .length === 0;
    await waitFor(isAlone, { withinMs: 5_000, what: 'the connections to be gone' });
    return connection<TableStatistics[]>`
      select seq_scan::int, n_tup_ins::int as inserts, n_tup_upd::int as updates, n_tup_hot_upd::int as hot_updates,
        idx_tup_fetch::int as fetched
      from unnest(${tables}::text[]) with ordinality as named(relname, place)
      join pg_stat_user_tables using (relname)
      order by place`;
  });
}

/** Seats across the hall, because a page of the table has room for some changes, but not for one of each of its seats. */
function spread(place: number, seats: number): number {
  return (7_919 * place) % seats;
}

/** Reserves `size` times two seats, and runs all later operations on them. */
async function sellAndLetGo(database: Database, eventId: string, round: number, size: number): Promise<void> {
  const seatOf = (place: number) => spread(round * 2 * BATCH + place, 50_000);
  const pairs = Array.from({ length: size }, (_, place) => [seatOf(2 * place), seatOf(2 * place + 1)]);
  const requests = pairs.map((pair) => requestFor(pair.sort((a, b) => a - b)));
  const outcomes = await reserveTogether(database, eventId, requests);
  expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['reserved']));
  const asked = requests.map(({ reservationId, viewerId }) => ({ reservationId, viewerId }));
  await extendReservations(database, eventId, asked, { extensionSeconds: 1, maxExtensions: 1 });
  const made = outcomes.flatMap((outcome) => (outcome.outcome === 'reserved' ? [outcome.reservation] : []));
  await fencePayments(database, eventId, made.map(fenceRequestOf), fenceTerms);
  const half = size / 2;
  await cancelReservations(
    database,
    eventId,
    asked.slice(half).map((one) => ({ ...one, seatIndexes: null })),
  );
  const kept = made.slice(0, half).map(confirmationOf);
  await confirmReservations(database, eventId, kept);
  await findReservations(
    database,
    asked.map(({ reservationId }) => ({ eventId, reservationId })),
  );
  const bookingKeys = kept.map(({ bookingId }) => ({ eventId, bookingId }));
  await findBookings(database, bookingKeys);
  await findBookingsOfReservations(
    database,
    kept.map(({ reservationId }) => ({ eventId, reservationId })),
  );
  const free = pairs.slice(half).flat();
  await blockSeats(database, eventId, free, 'BLOCKED', 'organizer');
  await blockSeats(database, eventId, free, 'AVAILABLE', 'organizer');
}

async function letLapse(database: Database, eventId: string): Promise<void> {
  const pairOf = (place: number) => [spread(2 * place, 20_000), spread(2 * place + 1, 20_000)].sort((a, b) => a - b);
  const groups = Array.from({ length: ROUNDS }, (_, round) =>
    Array.from({ length: BATCH }, (_, place) => requestFor(pairOf(round * BATCH + place))),
  );
  let lastMs = 0;
  for (const requests of groups) {
    for (const outcome of await reserveTogether(database, eventId, requests))
      if (outcome.outcome === 'reserved') lastMs = outcome.reservation.expiresAtMs;
  }
  // Waits by the clock alone, so that waiting fetches no rows.
  const allOverdue = async () => (await readClock(database)) > lastMs;
  await waitFor(allOverdue, { withinMs: 5_000, what: 'the reservations to lapse' });
  for (const requests of groups) {
    const reservationIds = requests.map(({ reservationId }) => reservationId);
    expect(await expireReservations(database, eventId, reservationIds)).toHaveLength(BATCH);
  }
}

test('what a sale writes finds its rows by key and is a HOT update of its seats, whatever plan Postgres keeps', async () => {
  const { eventId, briefId } = await (async () => {
    await using database = await onOneConnection();
    await createSampleEvent(database, 20_000);
    // The statistics contain no other events and no reservations from here on.
    await database.rows(sql`analyze seats`);
    for (const table of ['seats', 'reservations', 'bookings'])
      await database.rows(sql`alter table ${sql.identifier(table)} set (autovacuum_enabled = false)`);
    const briefId = await createSampleEvent(database, 20_000, { reservationSeconds: 1 });
    return { briefId, eventId: await createSampleEvent(database, 50_000) };
  })();
  const tables = ['seats', 'reservations', 'bookings'];
  const before = await statistics(url, tables);
  {
    await using database = await onOneConnection();
    for (let round = 0; round < 2 * ROUNDS; round++) {
      await sellAndLetGo(database, eventId, round, round % 2 === 0 ? 2 : BATCH);
    }
    await letLapse(database, briefId);
  }
  const after = await statistics(url, tables);
  const [seats, reservations, bookings] = after.map((now, at) => difference(now, before[at] ?? now));
  if (!seats || !reservations || !bookings) throw new Error('three were asked for');
  expect([seats.seq_scan, reservations.seq_scan, bookings.seq_scan]).toEqual([0, 0, 0]);
  expect(seats.updates).toBeGreaterThan(2_000);
  expect(seats.hot_updates / seats.updates).toBeGreaterThan(0.95);
  // The number of rows does not depend on other reservations, or other seats.
  expect(seats.fetched / seats.updates).toBeLessThan(5);
  expect(reservations.fetched / reservations.inserts).toBeLessThan(20);
  expect(bookings.fetched / bookings.inserts).toBeLessThan(20);
});

test('what a sale writes finds its rows by key, also with plans that were made when the tables were empty', async () => {
  await using own = await createTestDatabase();
  const open = () => openDatabase({ kind: 'postgres', url: own.url, poolSize: 1 });
  const eventId = await (async () => {
    await using database = await open();
    const id = await createSampleEvent(database, 20_000);
    // Like autovacuum between the opening of a sale and its first reservations.
    await database.rows(sql`analyze`);
    return id;
  })();
  const tables = [
    'seats',
    'reservations',
    'keyed_changes',
    'payments',
    'payment_events',
    'bookings',
    'booked_seats',
    'event_changes',
  ];
  const before = await statistics(own.url, tables);
  {
    await using database = await open();
    // More than the number of executions before plans are kept.
    for (let round = 0; round < 2 * ROUNDS; round++) await sellByKeys(database, eventId, round);
  }
  const after = await statistics(own.url, tables);
  const done = after.map((now, at) => difference(now, before[at] ?? now));
  expect(Object.fromEntries(tables.map((table, at) => [table, done[at]?.seq_scan]))).toEqual(
    Object.fromEntries(tables.map((table) => [table, 0])),
  );
  const [seats, reservations, ...others] = done;
  if (!seats || !reservations) throw new Error('they were asked for');
  expect(reservations.inserts).toBe(2 * ROUNDS * MOST);
  // The number of rows does not depend on other reservations, although the plans were made without any.
  expect(seats.fetched / seats.updates).toBeLessThan(5);
  expect(reservations.fetched / reservations.inserts).toBeLessThan(20);
  for (const { fetched } of others) expect(fetched / reservations.inserts).toBeLessThan(5);
});

/** Reserves, extends, cancels and books with keys, like clients. */
async function sellByKeys(database: Database, eventId: string, round: number): Promise<void> {
  const requests = Array.from({ length: MOST }, (_, place) =>
    requestFor([round * MOST + place], { idempotencyKey: randomUUID() }),
  );
  const outcomes = await reserveTogether(database, eventId, requests);
  const made = outcomes.flatMap((outcome) => (outcome.outcome === 'reserved' ? [outcome.reservation] : []));
  expect(made).toHaveLength(MOST);
  const asked = (some: readonly ReservationRecord[]) =>
    some.map(({ id: reservationId, viewerId }) => ({
      ...{ reservationId, viewerId, seatIndexes: null, change: { name: randomUUID(), contents: randomUUID() } },
    }));
  await extendReservations(database, eventId, asked(made), { extensionSeconds: 1, maxExtensions: 1 });
  await fencePayments(database, eventId, made.map(fenceRequestOf), fenceTerms);
  await cancelReservations(database, eventId, asked(made.slice(MOST / 2)));
  const booked = made.slice(0, MOST / 2);
  await confirmReservations(database, eventId, booked.map(confirmationOf));
  const captured = { from: ['AUTHORIZED'], to: 'CAPTURED', dueInMs: null, answer: 'captured' } as const;
  const rest = { reference: null, refunded: 0, disputed: false, attempts: 0 };
  const changes = booked.map(({ id }) => ({ id, ...captured, ...rest }));
  expect(await updatePayments(database, eventId, changes)).toHaveLength(booked.length);
}

function difference(now: TableStatistics, before: TableStatistics): TableStatistics {
  return {
    seq_scan: now.seq_scan - before.seq_scan,
    inserts: now.inserts - before.inserts,
    updates: now.updates - before.updates,
    hot_updates: now.hot_updates - before.hot_updates,
    fetched: now.fetched - before.fetched,
  };
}
