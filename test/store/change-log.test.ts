import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { readChanges, readRevisions } from '../../src/store/change-log.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { updateSalesStatus } from '../../src/store/queries/events.ts';
import { blockSeats } from '../../src/store/statements/block-seats.ts';
import { cancelReservations } from '../../src/store/statements/cancel-reservations.ts';
import { expireReservations } from '../../src/store/statements/expire-reservations.ts';
import { extendReservations } from '../../src/store/statements/extend-reservations.ts';
import { fencePayments } from '../../src/store/statements/fence-payments.ts';
import { book, fenceRequestOf, hold, lapse, requestFor, reserve, reserveTogether } from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent, sampleEvent } from './sample-event.ts';

const all = { after: 0, limit: 1_000 };

describe.each(engines)('the change log on $engine', async ({ open }) => {
  const database = await open();

  /** Facts of all changes after the event's creation, with revisions. */
  async function factsOf(eventId: string) {
    const changes = await readChanges(database, eventId, { after: 1, limit: 1_000 });
    return changes.map(({ revision, change }) => [revision, ...change.facts]);
  }

  test('begins with the creation of the event', async () => {
    const { amounts } = sampleEvent(4);
    const eventId = await createSampleEvent(database, 4, { amounts: [null, ...amounts.slice(1)] });
    const changes = await readChanges(database, eventId, all);
    const blockedSeatIndexes = await blockedSeats(database, eventId);
    expect(blockedSeatIndexes).not.toEqual([]);
    expect(changes).toMatchObject([
      {
        revision: 1,
        change: { version: 1, facts: [{ kind: 'event-created', actor: 'organizer', blockedSeatIndexes }] },
      },
    ]);
    expect((await readRevisions(database, [eventId])).get(eventId)).toBe(1);
  });

  test('has all reservations of a batch in one change', async () => {
    const eventId = await createSampleEvent(database, 9);
    const first = requestFor([2, 4]);
    const second = requestFor([3]);
    await hold(database, eventId, [5]);
    const [made] = await reserveTogether(database, eventId, [first, second, requestFor([5])]);
    if (made?.outcome !== 'reserved') throw new Error('not reserved');
    const { expiresAtMs } = made.reservation;
    const created = { kind: 'reservation-created', expiresAtMs };
    const [, [revision, ...facts] = []] = await factsOf(eventId);
    expect(revision).toBe(3);
    expect(facts).toHaveLength(2);
    expect(facts).toEqual(
      expect.arrayContaining([
        { ...created, reservationId: first.reservationId, actor: first.viewerId, seatIndexes: [2, 4] },
        { ...created, reservationId: second.reservationId, actor: second.viewerId, seatIndexes: [3] },
      ]),
    );
  });

  test('has all changes of a reservation, with their actors', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [1, 2, 3]);
    const { id: reservationId, viewerId } = reservation;
    const holder = { reservationId, viewerId };
    const about = { reservationId, actor: viewerId };
    const [extended] = await extendReservations(database, eventId, [holder], { extensionSeconds: 9, maxExtensions: 1 });
    const [fenced] = await fencePayments(database, eventId, [fenceRequestOf(reservation)], {
      paymentSeconds: 4_999,
      marginSeconds: 1,
    });
    await fencePayments(database, eventId, [fenceRequestOf(reservation)], { paymentSeconds: 9_000, marginSeconds: 1 });
    await cancelReservations(database, eventId, [{ ...holder, seatIndexes: [2] }]);
    const bookingId = await book(database, { ...reservation, totalAmount: await totalOf(database, reservationId) });
    if (extended?.outcome !== 'extended' || fenced?.outcome !== 'fenced') throw new Error('not moved');
    const seatIndexes = [1, 2, 3];
    expect((await factsOf(eventId)).slice(1)).toEqual([
      [3, { kind: 'reservation-extended', ...about, seatIndexes, expiresAtMs: extended.reservation.expiresAtMs }],
      [4, { kind: 'reservation-extended', ...about, seatIndexes, expiresAtMs: fenced.reservation.expiresAtMs }],
      [5, { kind: 'reservation-cancelled', ...about, seatIndexes: [2], isOver: false }],
      [6, { kind: 'booking-confirmed', ...about, bookingId, seatIndexes: [1, 3] }],
    ]);
  });

  test('has whole reservations that end', async () => {
    const eventId = await createSampleEvent(database, 9);
    const cancelled = await hold(database, eventId, [1, 2]);
    const lapsed = await hold(database, eventId, [3, 4, 5]);
    await cancelReservations(database, eventId, [
      { reservationId: cancelled.id, viewerId: cancelled.viewerId, seatIndexes: null },
    ]);
    await lapse(database, lapsed);
    await hold(database, eventId, [4]);
    await expireReservations(database, eventId, [lapsed.id]);
    const [, , ended, , expired] = await factsOf(eventId);
    const { id: reservationId, viewerId: actor } = cancelled;
    expect(ended).toEqual([
      4,
      { kind: 'reservation-cancelled', reservationId, actor, seatIndexes: [1, 2], isOver: true },
    ]);
    expect(expired).toEqual([
      6,
      { kind: 'reservation-expired', reservationId: lapsed.id, actor: 'system', seatIndexes: [3, 5] },
    ]);
  });

  test('has changes of organizers', async () => {
    const eventId = await createSampleEvent(database, 9);
    await blockSeats(database, eventId, [5, 3], 'BLOCKED', 'olga');
    await blockSeats(database, eventId, [3, 4], 'AVAILABLE', 'otto');
    await updateSalesStatus(database, eventId, 'PAUSED', 'olga');
    expect(await factsOf(eventId)).toEqual([
      [2, { kind: 'seats-blocked', actor: 'olga', seatIndexes: [3, 5] }],
      [3, { kind: 'seats-unblocked', actor: 'otto', seatIndexes: [3] }],
      [4, { kind: 'sales-status-changed', actor: 'olga', salesStatus: 'PAUSED' }],
    ]);
  });

  test('has no entry for a write without effect', async () => {
    const eventId = await createSampleEvent(database, 9);
    const { id: reservationId, viewerId } = await hold(database, eventId, [1]);
    const holder = { reservationId, viewerId };
    await reserve(database, eventId, [1]);
    await blockSeats(database, eventId, [1, 2], 'BLOCKED', 'olga');
    await blockSeats(database, eventId, [2], 'AVAILABLE', 'olga');
    await updateSalesStatus(database, eventId, 'ON_SALE', 'olga');
    await extendReservations(database, eventId, [holder], { extensionSeconds: 9, maxExtensions: 0 });
    await cancelReservations(database, eventId, [{ ...holder, viewerId: 'another', seatIndexes: null }]);
    await cancelReservations(database, eventId, [{ ...holder, seatIndexes: [7] }]);
    await expireReservations(database, eventId, [reservationId]);
    expect((await readRevisions(database, [eventId])).get(eventId)).toBe(2);
  });

  test('numbers the changes of each event in the order of their commits, without gaps, however many write at once', async () => {
    const events = await Promise.all([createSampleEvent(database, 60), createSampleEvent(database, 60)]);
    await Promise.all(
      events.flatMap((eventId) => Array.from({ length: 60 }, (_, index) => hold(database, eventId, [index]))),
    );
    for (const eventId of events) {
      const changes = await readChanges(database, eventId, all);
      expect(changes.map(({ revision }) => revision)).toEqual(Array.from({ length: 61 }, (_, place) => place + 1));
      const moments = changes.map(({ atMs }) => atMs);
      expect(moments).toEqual([...moments].sort((one, other) => one - other));
    }
  });

  test('begins with the first change of an older event, also with concurrent ones', async () => {
    const eventId = await createSampleEvent(database, 9);
    // Like an event of a version without a change log.
    await database.rows(sql`delete from event_changes where event_id = ${eventId}::uuid`);
    await database.rows(sql`delete from event_heads where event_id = ${eventId}::uuid`);
    const held = await Promise.all([1, 2, 3, 4].map((index) => hold(database, eventId, [index])));
    const logged = await readChanges(database, eventId, all);
    expect(logged.map(({ revision }) => revision)).toEqual([1, 2, 3, 4]);
    expect((await readRevisions(database, [eventId])).get(eventId)).toBe(4);
    const reserved = logged.flatMap(({ change }) =>
      change.facts.map((one) => ('reservationId' in one ? one.reservationId : '')),
    );
    expect([...reserved].sort()).toEqual(held.map(({ id }) => id).sort());
  });

  test('is read from any revision, in batches', async () => {
    const eventId = await createSampleEvent(database, 9);
    for (const index of [0, 1, 2, 3]) await hold(database, eventId, [index]);
    const some = await readChanges(database, eventId, { after: 2, limit: 2 });
    expect(some.map(({ revision }) => revision)).toEqual([3, 4]);
    expect(await readChanges(database, eventId, { after: 5, limit: 2 })).toEqual([]);
  });

  test('has no revision of an unknown event', async () => {
    expect(await readRevisions(database, ['00000000-0000-4000-8000-000000000000'])).toEqual(new Map());
  });
});

async function blockedSeats(database: Database, eventId: string): Promise<readonly number[]> {
  const rows = await database.rows<{ index: number }>(sql`
    select index from seats where event_id = ${eventId} and status = 'BLOCKED' order by index`);
  return rows.map(({ index }) => index);
}

async function totalOf(database: Database, reservationId: string): Promise<number> {
  const [row] = await database.rows<{ amount: number }>(sql`
    select total_amount::float8 as amount from reservations where id = ${reservationId}`);
  return row?.amount ?? 0;
}
