import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/engine/open.ts';
import { expireReservations, overdueReservations } from '../../src/store/statements/expire-reservations.ts';
import { testDatabase } from '../support/database.ts';
import { hold, lapse, moveDeadlines, reread, reserve, storedSeats, storedStatuses } from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent } from './sample-event.ts';

const { url } = await testDatabase();

describe.each(engines)('expiring on $engine', async ({ open }) => {
  const database = await open();

  test('ends overdue reservations and frees their seats, and leaves the others', async () => {
    const eventId = await createSampleEvent(database, 9);
    const [overdue, running] = [await hold(database, eventId, [1, 2]), await hold(database, eventId, [3])];
    await lapse(database, overdue);
    expect(await expireReservations(database, eventId, [running.id, overdue.id])).toEqual([overdue.id]);
    const freed = [1, 2].map((index) => ({
      ...{ index, status: 'AVAILABLE', reservationId: null, expiresAtMs: null },
    }));
    expect(await storedSeats(database, eventId, [1, 2])).toMatchObject(freed);
    expect(await reread(database, overdue)).toMatchObject({ status: 'EXPIRED', seatIndexes: [1, 2] });
    expect(await storedStatuses(database, eventId, [3])).toBe('RESERVED');
  });

  test('a second time changes nothing', async () => {
    const eventId = await createSampleEvent(database, 9);
    const overdue = await hold(database, eventId, [1]);
    await lapse(database, overdue);
    await expireReservations(database, eventId, [overdue.id]);
    expect(await expireReservations(database, eventId, [overdue.id])).toEqual([]);
  });

  test('leaves the seats that the next buyer has by now, even if they have lapsed again', async () => {
    const eventId = await createSampleEvent(database, 9);
    const overdue = await hold(database, eventId, [1, 2]);
    await lapse(database, overdue);
    const next = await hold(database, eventId, [2, 3]);
    await lapse(database, next);
    expect(await expireReservations(database, eventId, [overdue.id])).toEqual([overdue.id]);
    expect(await storedStatuses(database, eventId, [1])).toBe('AVAILABLE');
    expect(await storedSeats(database, eventId, [2, 3])).toMatchObject([
      { reservationId: next.id },
      { reservationId: next.id },
    ]);
  });

  test('is due some time after the deadline, the longest overdue first', async () => {
    const eventId = await createSampleEvent(database, 9);
    const [long, short, running] = await Promise.all([0, 1, 2].map((index) => hold(database, eventId, [index])));
    if (!long || !short || !running) throw new Error('three were made');
    await moveDeadlines(database, eventId, [
      { id: short.id, inMs: -60_000 },
      { id: long.id, inMs: -120_000 },
    ]);
    const due = async (graceMs: number, limit = 1_000) =>
      (await overdueReservations(database, graceMs, limit))
        .filter((key) => key.eventId === eventId)
        .map(({ reservationId }) => reservationId);
    expect(await due(0)).toEqual([long.id, short.id]);
    expect(await due(90_000)).toEqual([long.id]);
    expect(await due(0, 1)).toEqual([long.id]);
    await expireReservations(database, eventId, [long.id]);
    expect(await due(0)).toEqual([short.id]);
  });
});

test('only one of many nodes expires a reservation', async () => {
  await using database = await openDatabase({ kind: 'postgres', url, poolSize: 10 });
  const eventId = await createSampleEvent(database, 40);
  const held = await Promise.all(
    Array.from({ length: 20 }, (_, place) => hold(database, eventId, [place, 39 - place])),
  );
  await lapse(database, ...held);
  const ids = held.map(({ id }) => id);
  const ended = await Promise.all(Array.from({ length: 10 }, () => expireReservations(database, eventId, ids)));
  expect(ended.flat().sort()).toEqual([...ids].sort());
  expect((await reserve(database, eventId, [0, 39])).outcome).toBe('reserved');
});
