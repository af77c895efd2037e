import { describe, expect, test } from 'vitest';
import { blockSeats } from '../../src/store/statements/block-seats.ts';
import { expireReservations } from '../../src/store/statements/expire-reservations.ts';
import { book, hold, lapse, reserve, storedSeats, storedStatuses } from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent } from './sample-event.ts';

describe.each(engines)('blocking seats on $engine', async ({ open }) => {
  const database = await open();

  test('takes them off sale until they are unblocked', async () => {
    const eventId = await createSampleEvent(database, 9);
    expect(await blockSeats(database, eventId, [3, 1], 'BLOCKED', 'organizer')).toEqual({ outcome: 'done' });
    const blocked = { status: 'BLOCKED', reservationId: null, expiresAtMs: null };
    expect(await storedSeats(database, eventId, [1, 2, 3])).toMatchObject([blocked, { status: 'AVAILABLE' }, blocked]);
    expect(await reserve(database, eventId, [1, 2])).toMatchObject({ outcome: 'seats-unavailable', taken: [1] });
    expect(await blockSeats(database, eventId, [1, 3], 'AVAILABLE', 'organizer')).toEqual({ outcome: 'done' });
    await hold(database, eventId, [1, 2, 3]);
  });

  test('skips those that already are', async () => {
    const eventId = await createSampleEvent(database, 9);
    await blockSeats(database, eventId, [1], 'BLOCKED', 'organizer');
    await blockSeats(database, eventId, [1, 2], 'BLOCKED', 'organizer');
    await blockSeats(database, eventId, [4], 'AVAILABLE', 'organizer');
    const unchanged = { status: 'BLOCKED' };
    expect(await storedSeats(database, eventId, [1, 2])).toMatchObject([unchanged, unchanged]);
    expect(await storedSeats(database, eventId, [4])).toMatchObject([{ status: 'AVAILABLE' }]);
  });

  test.each(['BLOCKED', 'AVAILABLE'] as const)(
    'is refused when a seat is taken, and changes none: %s',
    async (status) => {
      const eventId = await createSampleEvent(database, 9);
      await hold(database, eventId, [1]);
      await book(database, await hold(database, eventId, [2]));
      await blockSeats(database, eventId, [4], 'BLOCKED', 'organizer');
      const outcome = await blockSeats(database, eventId, [0, 1, 2, 3, 4], status, 'organizer');
      expect(outcome).toEqual({ outcome: 'seats-unavailable', taken: [1, 2] });
      expect(await storedStatuses(database, eventId, [0, 1, 2, 3, 4])).toBe(
        'AVAILABLE RESERVED BOOKED AVAILABLE BLOCKED',
      );
    },
  );

  test('takes lapsed seats, and their reservation then frees only the others', async () => {
    const eventId = await createSampleEvent(database, 9);
    const lapsed = await hold(database, eventId, [1, 2]);
    await lapse(database, lapsed);
    expect(await blockSeats(database, eventId, [1], 'BLOCKED', 'organizer')).toEqual({ outcome: 'done' });
    expect(await expireReservations(database, eventId, [lapsed.id])).toEqual([lapsed.id]);
    expect(await storedStatuses(database, eventId, [1, 2])).toBe('BLOCKED AVAILABLE');
  });
});
