import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { updateSalesStatus } from '../../src/store/queries/events.ts';
import { cancelReservations } from '../../src/store/statements/cancel-reservations.ts';
import { expireReservations } from '../../src/store/statements/expire-reservations.ts';
import { extendReservations } from '../../src/store/statements/extend-reservations.ts';
import { book, hold, lapse, reserve } from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent } from './sample-event.ts';

describe.each(engines)('retrying a reservation on $engine', async ({ open }) => {
  const database = await open();

  /** A buyer who sends the same idempotency key repeatedly. */
  function insistentBuyer() {
    const intent = { viewerId: randomUUID(), idempotencyKey: 'once' };
    return {
      ...intent,
      hold: (eventId: string, seatIndexes: readonly number[]) => hold(database, eventId, seatIndexes, intent),
      reserve: (eventId: string, seatIndexes: readonly number[]) => reserve(database, eventId, seatIndexes, intent),
    };
  }

  test('returns the same reservation, and writes nothing', async () => {
    const eventId = await createSampleEvent(database, 9);
    const buyer = insistentBuyer();
    const made = await buyer.hold(eventId, [1, 2]);
    const { readAtMs, ...unchanged } = made;
    const repeated = await buyer.reserve(eventId, [1, 2]);
    expect(repeated).toMatchObject({ outcome: 'repeated', reservation: unchanged });
  });

  test('returns its current state', async () => {
    const eventId = await createSampleEvent(database, 9);
    const [extended, partly, cancelled, booked, lapsed, expired] = Array.from({ length: 6 }, insistentBuyer);
    const made = await Promise.all(
      [extended, partly, cancelled, booked, lapsed, expired].map((buyer, index) =>
        buyer?.hold(eventId, index === 1 ? [1, 8] : [index]),
      ),
    );
    const [first, second, third, fourth, fifth, sixth] = made;
    if (!first || !second || !third || !fourth || !fifth || !sixth) throw new Error('six were made');
    const asked = (of: typeof first) => ({ reservationId: of.id, viewerId: of.viewerId });
    await extendReservations(database, eventId, [asked(first)], { extensionSeconds: 60, maxExtensions: 1 });
    await cancelReservations(database, eventId, [
      { ...asked(second), seatIndexes: [8] },
      { ...asked(third), seatIndexes: null },
    ]);
    await book(database, fourth);
    await lapse(database, fifth, sixth);
    await expireReservations(database, eventId, [sixth.id]);

    const expiresAtMs = first.expiresAtMs + 60_000;
    expect(await extended?.reserve(eventId, [0])).toMatchObject({ reservation: { expiresAtMs, extensionsUsed: 1 } });
    expect(await partly?.reserve(eventId, [1, 8])).toMatchObject({ reservation: { seatIndexes: [1] } });
    expect(await partly?.reserve(eventId, [1])).toEqual({ outcome: 'idempotency-conflict' });
    const statusOf = async (retry: ReturnType<typeof reserve> | undefined) => {
      const outcome = await retry;
      return outcome?.outcome === 'repeated' ? outcome.reservation.status : outcome?.outcome;
    };
    expect(await statusOf(cancelled?.reserve(eventId, [2]))).toBe('CANCELLED');
    expect(await statusOf(booked?.reserve(eventId, [3]))).toBe('CONFIRMED');
    expect(await statusOf(lapsed?.reserve(eventId, [4]))).toBe('EXPIRED');
    expect(await statusOf(expired?.reserve(eventId, [5]))).toBe('EXPIRED');
  });

  test('is a conflict with other seats, or on another event', async () => {
    const [here, there] = [await createSampleEvent(database, 9), await createSampleEvent(database, 9)];
    const buyer = insistentBuyer();
    await buyer.hold(here, [1, 2]);
    const conflict = { outcome: 'idempotency-conflict' };
    for (const others of [[1], [1, 2, 3], [1, 3]]) expect(await buyer.reserve(here, others)).toEqual(conflict);
    expect(await buyer.reserve(there, [1, 2])).toEqual(conflict);
  });

  test('precedes all refusals of a new one', async () => {
    const eventId = await createSampleEvent(database, 9);
    const buyer = insistentBuyer();
    await buyer.hold(eventId, [0]);
    for (const index of [1, 2]) await hold(database, eventId, [index], { viewerId: buyer.viewerId });
    await updateSalesStatus(database, eventId, 'CLOSED', 'organizer');
    expect((await buyer.reserve(eventId, [0])).outcome).toBe('repeated');
    expect((await buyer.reserve(eventId, [3])).outcome).toBe('idempotency-conflict');
  });

  test('is checked again after a refusal', async () => {
    const eventId = await createSampleEvent(database, 9);
    const buyer = insistentBuyer();
    const taken = await hold(database, eventId, [1]);
    expect((await buyer.reserve(eventId, [1, 2])).outcome).toBe('seats-unavailable');
    await lapse(database, taken);
    expect((await buyer.reserve(eventId, [1, 2])).outcome).toBe('reserved');
    expect((await buyer.reserve(eventId, [1, 2])).outcome).toBe('repeated');
  });

  test('means nothing to other viewers', async () => {
    const eventId = await createSampleEvent(database, 9);
    await insistentBuyer().hold(eventId, [1]);
    expect((await insistentBuyer().reserve(eventId, [2])).outcome).toBe('reserved');
  });
});
