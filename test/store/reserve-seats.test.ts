import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { updateSalesStatus } from '../../src/store/queries/events.ts';
import { blockSeats } from '../../src/store/statements/block-seats.ts';
import {
  book,
  hold,
  lapse,
  MAX_ACTIVE_RESERVATIONS,
  requestFor,
  reread,
  reserve,
  reserveTogether,
  storedSeats,
  storedStatuses,
} from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent, priceOf } from './sample-event.ts';

describe.each(engines)('reserving seats on $engine', async ({ open }) => {
  const database = await open();

  test('reserves the seats at their price for the event’s own duration', async () => {
    const eventId = await createSampleEvent(database, 10, { reservationSeconds: 90 });
    const request = requestFor([2, 3, 7]);
    const [outcome] = await reserveTogether(database, eventId, [request]);
    if (outcome?.outcome !== 'reserved') throw new Error(JSON.stringify(outcome));
    const { reservation } = outcome;
    expect(reservation).toMatchObject({ eventId, id: request.reservationId, viewerId: request.viewerId });
    expect(reservation).toMatchObject({ status: 'ACTIVE', seatIndexes: [2, 3, 7], extensionsUsed: 0 });
    expect(reservation.totalAmount).toBe(priceOf([2, 3, 7]));
    expect(reservation.expiresAtMs - reservation.createdAtMs).toBe(90_000);
    expect(reservation.readAtMs).toBe(reservation.createdAtMs);
    const expected = [2, 3, 7].map((index) => ({
      ...{ index, status: 'RESERVED' },
      ...{ reservationId: reservation.id, expiresAtMs: reservation.expiresAtMs },
    }));
    expect(await storedSeats(database, eventId, [2, 3, 7])).toMatchObject(expected);
    expect(await storedStatuses(database, eventId, [0, 1, 4, 5, 6, 8, 9])).not.toContain('RESERVED');
  });

  test('returns the taken seats with their holders for the gate, and takes no others', async () => {
    const eventId = await createSampleEvent(database, 10);
    const held = await hold(database, eventId, [1]);
    await book(database, await hold(database, eventId, [2]));
    await blockSeats(database, eventId, [3], 'BLOCKED', 'organizer');
    const outcome = await reserve(database, eventId, [0, 1, 2, 3, 4]);
    if (outcome.outcome !== 'seats-unavailable') throw new Error(JSON.stringify(outcome));
    expect(outcome.taken).toEqual([1, 2, 3]);
    const holders = new Map(outcome.holders.map(({ seatIndex, ...holder }) => [seatIndex, holder]));
    expect([...holders.keys()].sort()).toEqual([1, 2, 3]);
    expect(holders.get(1)?.holder).toBe(held.id);
    expect(holders.get(1)?.remainingMs).toBeGreaterThan(590_000);
    expect(holders.get(1)?.remainingMs).toBeLessThanOrEqual(600_000);
    expect(holders.get(2)).toEqual({ holder: 'BOOKED', remainingMs: 86_400_000 });
    expect(holders.get(3)?.holder).toBe('BLOCKED');
    expect(await storedStatuses(database, eventId, [0, 4])).toBe('AVAILABLE AVAILABLE');
  });

  test('reserves a lapsed seat at once, without any housekeeping', async () => {
    const eventId = await createSampleEvent(database, 4);
    const lapsed = await hold(database, eventId, [1, 2]);
    await lapse(database, lapsed);
    const next = await hold(database, eventId, [2, 3]);
    expect(await storedSeats(database, eventId, [1, 2])).toMatchObject([
      { status: 'RESERVED', reservationId: lapsed.id },
      { status: 'RESERVED', reservationId: next.id },
    ]);
    expect((await reread(database, lapsed)).status).toBe('EXPIRED');
  });

  test('refuses an event that is not on sale', async () => {
    const eventId = await createSampleEvent(database, 4);
    for (const salesStatus of ['DRAFT', 'PAUSED', 'CLOSED'] as const) {
      await updateSalesStatus(database, eventId, salesStatus, 'organizer');
      expect(await reserve(database, eventId, [0])).toEqual({ outcome: 'sales-not-open', salesStatus });
    }
    await updateSalesStatus(database, eventId, 'ON_SALE', 'organizer');
    expect((await reserve(database, eventId, [0])).outcome).toBe('reserved');
  });

  test('refuses an event that has begun', async () => {
    const eventId = await createSampleEvent(database, 4, { startsAt: new Date(Date.now() - 1_000) });
    const closed = { outcome: 'sales-not-open', salesStatus: 'CLOSED' };
    expect(await reserve(database, eventId, [0])).toEqual(closed);
    expect(await updateSalesStatus(database, eventId, 'PAUSED', 'organizer')).toMatchObject({ salesStatus: 'CLOSED' });
    expect(await reserve(database, eventId, [0])).toEqual(closed);
    expect(await updateSalesStatus(database, eventId, 'DRAFT', 'organizer')).toMatchObject({ salesStatus: 'DRAFT' });
  });

  test('rejects if there is no such event', async () => {
    await expect(reserve(database, randomUUID(), [0])).rejects.toThrow('has gone');
  });

  test('counts a viewer’s running reservations of the event only', async () => {
    const [here, there] = [await createSampleEvent(database, 9), await createSampleEvent(database, 9)];
    const viewerId = randomUUID();
    await hold(database, there, [0], { viewerId });
    const first = await hold(database, here, [0], { viewerId });
    await hold(database, here, [1], { viewerId });
    const third = await hold(database, here, [2], { viewerId });
    expect(MAX_ACTIVE_RESERVATIONS).toBe(3);
    expect(await reserve(database, here, [3], { viewerId })).toEqual({ outcome: 'too-many-reservations' });
    expect((await reserve(database, here, [3])).outcome).toBe('reserved');
    await lapse(database, first);
    await hold(database, here, [4], { viewerId });
    expect(await reserve(database, here, [5], { viewerId })).toEqual({ outcome: 'too-many-reservations' });
    await book(database, third);
    await hold(database, here, [5], { viewerId });
  });

  test('checks in order: sales, then the limit, then the seats', async () => {
    const eventId = await createSampleEvent(database, 9);
    const viewerId = randomUUID();
    for (const index of [0, 1, 2]) await hold(database, eventId, [index], { viewerId });
    expect((await reserve(database, eventId, [0], { viewerId })).outcome).toBe('too-many-reservations');
    await updateSalesStatus(database, eventId, 'PAUSED', 'organizer');
    expect((await reserve(database, eventId, [0], { viewerId })).outcome).toBe('sales-not-open');
  });
});

describe.each(engines)('reserving in batches on $engine', async ({ open }) => {
  const database = await open();

  test('decides each request by itself, and answers in order', async () => {
    const eventId = await createSampleEvent(database, 20);
    await hold(database, eventId, [5]);
    const busy = randomUUID();
    for (const index of [17, 18, 19]) await hold(database, eventId, [index], { viewerId: busy });
    const retry = requestFor([16], { idempotencyKey: 'once' });
    await reserveTogether(database, eventId, [retry]);
    const outcomes = await reserveTogether(database, eventId, [
      requestFor([9, 10]),
      requestFor([4, 5, 6]),
      { ...retry, reservationId: randomUUID() },
      requestFor([11], { viewerId: busy }),
      requestFor([0, 1, 12]),
    ]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      'reserved',
      'seats-unavailable',
      'repeated',
      'too-many-reservations',
      'reserved',
    ]);
    expect(outcomes[0]).toMatchObject({ reservation: { seatIndexes: [9, 10], totalAmount: priceOf([9, 10]) } });
    expect(outcomes[1]).toMatchObject({ taken: [5], holders: [{ seatIndex: 5 }] });
    expect(outcomes[2]).toMatchObject({ reservation: { id: retry.reservationId } });
    expect(outcomes[4]).toMatchObject({ reservation: { seatIndexes: [0, 1, 12], totalAmount: priceOf([0, 1, 12]) } });
    expect(await storedStatuses(database, eventId, [4, 6, 11])).toBe('AVAILABLE AVAILABLE AVAILABLE');
  });

  test('gives each of sixty-four requests its own seats', async () => {
    const eventId = await createSampleEvent(database, 200);
    const requests = Array.from({ length: 64 }, (_, place) => requestFor([place, 64 + place, 128 + place]));
    const outcomes = await reserveTogether(database, eventId, requests);
    for (const [place, outcome] of outcomes.entries()) {
      const seatIndexes = [place, 64 + place, 128 + place];
      expect(outcome).toMatchObject({ outcome: 'reserved', reservation: { seatIndexes } });
      const owned = await storedSeats(database, eventId, seatIndexes);
      expect(owned.map(({ reservationId }) => reservationId)).toEqual(Array(3).fill(requests[place]?.reservationId));
    }
  });
});
