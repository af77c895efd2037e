import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ReservationRecord } from '../../src/domain/records.ts';
import { findBookings } from '../../src/store/queries/bookings.ts';
import { cancelReservations } from '../../src/store/statements/cancel-reservations.ts';
import { book, hold, lapse, only, reread, storedSeats, storedStatuses } from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent, priceOf } from './sample-event.ts';

const asked = ({ id, viewerId }: ReservationRecord, seatIndexes: readonly number[] | null) => ({
  reservationId: id,
  viewerId,
  seatIndexes,
});

describe.each(engines)('cancelling on $engine', async ({ open }) => {
  const database = await open();
  const cancel = async (reservation: ReservationRecord, seatIndexes: readonly number[] | null) =>
    only(await cancelReservations(database, reservation.eventId, [asked(reservation, seatIndexes)]));

  test('frees all seats at once, and keeps what the reservation held', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [1, 2]);
    const outcome = await cancel(reservation, null);
    const ended = { status: 'CANCELLED', seatIndexes: [1, 2], totalAmount: priceOf([1, 2]) };
    const seats = [1, 2].map((index) => ({
      ...{ index, status: 'AVAILABLE', reservationId: null, expiresAtMs: null },
    }));
    expect(outcome).toMatchObject({ outcome: 'cancelled', reservation: ended, freedSeatIndexes: [1, 2] });
    expect(await storedSeats(database, eventId, [1, 2])).toMatchObject(seats);
    expect(await reread(database, reservation)).toMatchObject(ended);
    await hold(database, eventId, [1, 2]);
  });

  test('frees the named seats, and takes their price off', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [1, 2, 4, 7]);
    const outcome = await cancel(reservation, [2, 7]);
    const left = { status: 'ACTIVE', seatIndexes: [1, 4], totalAmount: priceOf([1, 4]) };
    expect(outcome).toMatchObject({ outcome: 'cancelled', reservation: left });
    expect(outcome).toMatchObject({ freedSeatIndexes: [2, 7] });
    const rest = await reread(database, reservation);
    expect(rest).toMatchObject({ ...left, expiresAtMs: reservation.expiresAtMs });
    expect(await storedStatuses(database, eventId, [1, 2, 4, 7])).toBe('RESERVED AVAILABLE RESERVED AVAILABLE');
    await hold(database, eventId, [2, 7]);
    const [booking] = await findBookings(database, [{ eventId, bookingId: await book(database, rest) }]);
    expect(booking).toMatchObject({ seatIndexes: [1, 4], totalAmount: priceOf([1, 4]) });
    expect(await storedStatuses(database, eventId, [1, 2, 4, 7])).toBe('BOOKED RESERVED BOOKED RESERVED');
  });

  test('of every seat cancels the whole', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [1, 2]);
    await cancel(reservation, [2]);
    const outcome = await cancel(reservation, [1]);
    const ended = { status: 'CANCELLED', seatIndexes: [1], totalAmount: priceOf([1]) };
    expect(outcome).toMatchObject({ outcome: 'cancelled', reservation: ended, freedSeatIndexes: [1] });
    expect(await cancel(reservation, [1])).toEqual({ outcome: 'not-active', status: 'CANCELLED' });
  });

  test('with a used key changes nothing, and returns the current reservation', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [1, 2, 3]);
    const [contents, otherContents] = [randomUUID(), randomUUID()];
    const cancelBy = async (name: string, seatIndexes: readonly number[] | null, asking = contents) => {
      const change = { name, contents: asking };
      return only(await cancelReservations(database, eventId, [{ ...asked(reservation, seatIndexes), change }]));
    };
    const [some, rest] = [randomUUID(), randomUUID()];
    expect((await cancelBy(some, [1])).outcome).toBe('cancelled');
    await hold(database, eventId, [1]);
    const left = { status: 'ACTIVE', seatIndexes: [2, 3], totalAmount: priceOf([2, 3]) };
    expect(await cancelBy(some, [1])).toMatchObject({ outcome: 'repeated', reservation: left });
    // A refusal has no effect, and can be repeated.
    expect((await cancelBy(rest, [1])).outcome).toBe('seats-not-held');
    expect((await cancelBy(rest, null)).outcome).toBe('cancelled');
    await hold(database, eventId, [2, 3]);
    for (const key of [some, rest]) {
      expect(await cancelBy(key, null)).toMatchObject({ outcome: 'repeated', reservation: { status: 'CANCELLED' } });
    }
    expect(await cancelBy(some, null, otherContents)).toEqual({ outcome: 'idempotency-conflict' });
    expect((await cancelBy(randomUUID(), null)).outcome).toBe('not-active');
    expect(await storedStatuses(database, eventId, [1, 2, 3])).toBe('RESERVED RESERVED RESERVED');
  });

  test('of a seat that it does not hold changes nothing, and returns those it holds', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [1, 2]);
    await hold(database, eventId, [3]);
    for (const named of [[3], [1, 3], [1, 2, 8]]) {
      expect(await cancel(reservation, named)).toEqual({ outcome: 'seats-not-held', heldSeatIndexes: [1, 2] });
    }
    expect(await storedStatuses(database, eventId, [1, 2, 3])).toBe('RESERVED RESERVED RESERVED');
  });

  test('is checked for each reservation: its viewer, its status, its seats', async () => {
    const eventId = await createSampleEvent(database, 9);
    const [other, booked, lapsed, without, partly, whole] = await Promise.all(
      [[0], [1], [2], [3], [4, 5], [6]].map((seatIndexes) => hold(database, eventId, seatIndexes)),
    );
    if (!other || !booked || !lapsed || !without || !partly || !whole) throw new Error('six were made');
    await book(database, booked);
    await lapse(database, lapsed);
    const outcomes = await cancelReservations(database, eventId, [
      { ...asked(other, null), viewerId: randomUUID() },
      asked(booked, [8]),
      asked(lapsed, [8]),
      asked(without, [6]),
      asked(whole, null),
      asked(partly, [5]),
    ]);
    expect(outcomes).toMatchObject([
      { outcome: 'not-found' },
      { outcome: 'not-active', status: 'CONFIRMED' },
      { outcome: 'expired' },
      { outcome: 'seats-not-held', heldSeatIndexes: [3] },
      { outcome: 'cancelled', reservation: { id: whole.id, status: 'CANCELLED' }, freedSeatIndexes: [6] },
      { outcome: 'cancelled', reservation: { id: partly.id, seatIndexes: [4] }, freedSeatIndexes: [5] },
    ]);
    const all = [0, 1, 2, 3, 4, 5, 6];
    const expected = 'RESERVED BOOKED RESERVED RESERVED RESERVED AVAILABLE AVAILABLE';
    expect(await storedStatuses(database, eventId, all)).toBe(expected);
  });
});
