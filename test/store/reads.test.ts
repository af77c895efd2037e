import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { readRevisions } from '../../src/store/change-log.ts';
import { findBookings, findBookingsOfReservations, listBookings } from '../../src/store/queries/bookings.ts';
import { findReservations, type ListPosition, listReservations } from '../../src/store/queries/reservations.ts';
import { countSeats, readAllSeats, readSeatStates } from '../../src/store/queries/seats.ts';
import { blockSeats } from '../../src/store/statements/block-seats.ts';
import { cancelReservations } from '../../src/store/statements/cancel-reservations.ts';
import { book, hold, lapse, moveDeadlines } from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent } from './sample-event.ts';

describe.each(engines)('reading seats on $engine', async ({ open }) => {
  const database = await open();

  /** Seats 0 and 1 are held, 2 booked, 3 blocked, 4 and 5 lapsed, 6 to 9 unchanged. */
  async function eventWithSales() {
    const eventId = await createSampleEvent(database, 10);
    const held = await hold(database, eventId, [0, 1]);
    await book(database, await hold(database, eventId, [2], { viewerId: held.viewerId }));
    await blockSeats(database, eventId, [3], 'BLOCKED', 'organizer');
    const lapsed = await hold(database, eventId, [4, 5]);
    await lapse(database, lapsed);
    return { eventId, held, lapsed };
  }

  test('counts lapsed ones as available, for each event that exists', async () => {
    const { eventId } = await eventWithSales();
    const empty = await createSampleEvent(database, 3);
    const counts = await countSeats(database, [eventId, randomUUID(), empty]);
    expect(counts).toHaveLength(2);
    expect(counts).toContainEqual({ eventId, total: 10, available: 6, reserved: 2, booked: 1, blocked: 1 });
    expect(counts).toContainEqual({ eventId: empty, total: 3, available: 3, reserved: 0, booked: 0, blocked: 0 });
  });

  test('returns the public status, and to the holder alone whose they are', async () => {
    const { eventId, held, lapsed } = await eventWithSales();
    const seen = async (viewerId: string | null, indexes: readonly number[]) => {
      const states = await readSeatStates(database, eventId, { viewerId, indexes });
      return states.map(
        ({ index, status, reservedByViewer }) => `${index} ${status}${reservedByViewer ? ' mine' : ''}`,
      );
    };
    const some = [5, 0, 99, 2, 3];
    expect(await seen(held.viewerId, some)).toEqual(['0 RESERVED mine', '2 BOOKED', '3 BLOCKED', '5 AVAILABLE']);
    for (const other of [lapsed.viewerId, randomUUID(), null]) {
      expect(await seen(other, some)).toEqual(['0 RESERVED', '2 BOOKED', '3 BLOCKED', '5 AVAILABLE']);
    }
  });

  test('returns the same for all seats', async () => {
    const { eventId, held, lapsed } = await eventWithSales();
    const codes = Uint8Array.of(1, 1, 2, 3, 0, 0, 0, 0, 0, 0);
    const revision = (await readRevisions(database, [eventId])).get(eventId);
    const reservedByViewer = new Set([0, 1]);
    expect(await readAllSeats(database, eventId, held.viewerId)).toEqual({ codes, revision, reservedByViewer });
    for (const other of [lapsed.viewerId, randomUUID(), null]) {
      expect(await readAllSeats(database, eventId, other)).toEqual({ codes, revision, reservedByViewer: new Set() });
    }
    const none = { codes: Uint8Array.of(), revision: 0, reservedByViewer: new Set() };
    expect(await readAllSeats(database, randomUUID(), null)).toEqual(none);
  });
});

describe.each(engines)('reading reservations and bookings on $engine', async ({ open }) => {
  const database = await open();

  test('returns a lapsed reservation as EXPIRED, by the store’s clock', async () => {
    const eventId = await createSampleEvent(database, 9);
    const [running, over] = [await hold(database, eventId, [0]), await hold(database, eventId, [1])];
    await moveDeadlines(database, eventId, [
      { id: running.id, inMs: 60_000 },
      { id: over.id, inMs: 0 },
    ]);
    const keys = [over.id, running.id, randomUUID()].map((reservationId) => ({ eventId, reservationId }));
    const found = await findReservations(database, keys);
    const byId = new Map(found.map((reservation) => [reservation.id, reservation]));
    expect([...byId.keys()].sort()).toEqual([running.id, over.id].sort());
    expect(byId.get(over.id)?.status).toBe('EXPIRED');
    const { status, expiresAtMs = 0, readAtMs = 0 } = byId.get(running.id) ?? {};
    expect(status).toBe('ACTIVE');
    expect(expiresAtMs - readAtMs).toBeLessThanOrEqual(60_000);
    expect(expiresAtMs - readAtMs).toBeGreaterThan(50_000);
  });

  test('lists a viewer’s own reservations with the given statuses, newest first', async () => {
    const [here, there] = [await createSampleEvent(database, 9), await createSampleEvent(database, 9)];
    const viewerId = randomUUID();
    const mine = { viewerId };
    await hold(database, here, [8]);
    const booked = await hold(database, here, [0], mine);
    await book(database, booked);
    const expired = await hold(database, there, [0], mine);
    await lapse(database, expired);
    const cancelled = await hold(database, here, [1], mine);
    await cancelReservations(database, here, [{ reservationId: cancelled.id, viewerId, seatIndexes: null }]);
    const active = await hold(database, there, [1], mine);
    const list = async (statuses: Parameters<typeof listReservations>[2]['statuses']) =>
      (
        await listReservations(database, viewerId, { statuses, after: null, before: null, fromEnd: false, limit: 10 })
      ).map(({ id }) => id);
    expect(await list(['ACTIVE'])).toEqual([active.id]);
    expect(await list(['EXPIRED'])).toEqual([expired.id]);
    expect(await list(['CONFIRMED', 'CANCELLED'])).toEqual([cancelled.id, booked.id]);
    expect(await list([])).toEqual([]);
    expect(new Set(await list(null))).toEqual(new Set([active.id, cancelled.id, booked.id, expired.id]));
  });

  test('reads the lists page by page, also with equal times of creation', async () => {
    const eventId = await createSampleEvent(database, 12);
    const viewerId = randomUUID();
    for (let seat = 0; seat < 12; seat++) await book(database, await hold(database, eventId, [seat], { viewerId }));
    const mine = { statuses: null, after: null, before: null, fromEnd: false, limit: 100 };
    const reservations = await listReservations(database, viewerId, mine);
    expect(reservations).toHaveLength(12);
    const bookings = await listBookings(database, viewerId, mine);
    expect(bookings.map(({ reservationId }) => reservationId).sort()).toEqual(reservations.map(({ id }) => id).sort());

    await database.rows(
      sql`update reservations set created_at = '2026-01-01 00:00:00.123Z' where viewer_id = ${viewerId}`,
    );
    await database.rows(sql`update bookings set booked_at = '2026-01-01 00:00:00.123Z' where viewer_id = ${viewerId}`);
    const reservationIds = await walk(
      (after) =>
        listReservations(database, viewerId, { statuses: null, after, before: null, fromEnd: false, limit: 5 }),
      'createdAtMs',
    );
    expect(reservationIds).toEqual(
      reservations
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
    const bookingIds = await walk(
      (after) => listBookings(database, viewerId, { statuses: null, after, before: null, fromEnd: false, limit: 5 }),
      'bookedAtMs',
    );
    expect(bookingIds).toEqual(
      bookings
        .map(({ id }) => id)
        .sort()
        .reverse(),
    );
  });

  test('finds bookings by their ids and by their reservations', async () => {
    const eventId = await createSampleEvent(database, 9);
    const [first, second, open] = [
      await hold(database, eventId, [5, 2]),
      await hold(database, eventId, [3]),
      await hold(database, eventId, [4]),
    ];
    const bookingIds = [await book(database, first), await book(database, second)];
    const found = await findBookings(
      database,
      [...bookingIds, randomUUID()].map((bookingId) => ({ eventId, bookingId })),
    );
    expect(found.map(({ id }) => id).sort()).toEqual([...bookingIds].sort());
    expect(found.find(({ id }) => id === bookingIds[0])?.seatIndexes).toEqual([2, 5]);
    const keys = [first, open].map(({ id }) => ({ eventId, reservationId: id }));
    expect(await findBookingsOfReservations(database, keys)).toMatchObject([{ id: bookingIds[0] }]);
    expect(await findBookings(database, [])).toEqual([]);
  });
});

/** Ids page by page, as a client reads them. */
async function walk<At extends string, Item extends { id: string } & Record<At, number>>(
  page: (after: ListPosition | null) => Promise<Item[]>,
  at: At,
): Promise<string[]> {
  const ids: string[] = [];
  let after: ListPosition | null = null;
  for (;;) {
    const items = await page(after);
    const last = items.at(-1);
    if (last === undefined) return ids;
    ids.push(...items.map(({ id }) => id));
    after = { atMs: last[at], id: last.id };
  }
}
