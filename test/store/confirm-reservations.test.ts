import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { findBookings, findBookingsOfReservations } from '../../src/store/queries/bookings.ts';
import { updateSalesStatus } from '../../src/store/queries/events.ts';
import { cancelReservations } from '../../src/store/statements/cancel-reservations.ts';
import { confirmReservations } from '../../src/store/statements/confirm-reservations.ts';
import { expireReservations } from '../../src/store/statements/expire-reservations.ts';
import {
  beginPayments,
  book,
  confirmationOf,
  hold,
  lapse,
  only,
  reread,
  reserve,
  storedSeats,
  storedStatuses,
} from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent, priceOf } from './sample-event.ts';

describe.each(engines)('confirming on $engine', async ({ open }) => {
  const database = await open();

  test('turns the reservation into a booking, and books its seats', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [2, 3, 5]);
    const request = confirmationOf(reservation);
    await beginPayments(database, reservation);
    const outcome = only(await confirmReservations(database, eventId, [request]));
    if (outcome.outcome !== 'confirmed') throw new Error(outcome.outcome);
    const booked = [2, 3, 5].map((index) => ({
      ...{ index, status: 'BOOKED', reservationId: null, expiresAtMs: null },
    }));
    expect(await storedSeats(database, eventId, [2, 3, 5])).toMatchObject(booked);
    expect(await reread(database, reservation)).toMatchObject({ status: 'CONFIRMED', seatIndexes: [2, 3, 5] });
    const [booking] = await findBookings(database, [{ eventId, bookingId: request.bookingId }]);
    expect(booking).toMatchObject({ reservationId: reservation.id, viewerId: reservation.viewerId });
    expect(booking).toMatchObject({ reference: request.reference, status: 'CONFIRMED' });
    expect(booking).toMatchObject({ seatIndexes: [2, 3, 5], totalAmount: priceOf([2, 3, 5]) });
    expect(outcome.booking).toEqual(booking);
    expect(booking?.bookedAtMs).toBeGreaterThanOrEqual(reservation.createdAtMs);
  });

  test.each([
    [0, [0, 2]],
    [Number.MAX_SAFE_INTEGER, [1]],
  ])('takes a total of %d', async (totalAmount, seatIndexes) => {
    const eventId = await createSampleEvent(database, 9, { amounts: [0, Number.MAX_SAFE_INTEGER] });
    const reservation = await hold(database, eventId, seatIndexes);
    expect(reservation.totalAmount).toBe(totalAmount);
    const bookingId = await book(database, reservation);
    expect(await findBookings(database, [{ eventId, bookingId }])).toMatchObject([{ totalAmount }]);
  });

  test('a second time changes nothing', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [1]);
    const bookingId = await book(database, reservation);
    const again = only(await confirmReservations(database, eventId, [confirmationOf(reservation)]));
    expect(again).toEqual({ outcome: 'not-active', status: 'CONFIRMED' });
    const bookings = await findBookingsOfReservations(database, [{ eventId, reservationId: reservation.id }]);
    expect(only(bookings).id).toBe(bookingId);
  });

  test('is decided for each reservation by itself, and answered in order', async () => {
    const eventId = await createSampleEvent(database, 9);
    const [running, cancelled, lapsed, expired, others, last] = await Promise.all(
      [0, 1, 2, 3, 4, 5].map((index) => hold(database, eventId, [index])),
    );
    if (!running || !cancelled || !lapsed || !expired || !others || !last) throw new Error('six were made');
    const whole = { reservationId: cancelled.id, viewerId: cancelled.viewerId, seatIndexes: null };
    await cancelReservations(database, eventId, [whole]);
    await lapse(database, lapsed, expired);
    await expireReservations(database, eventId, [expired.id]);
    const stranger = { ...others, viewerId: randomUUID() };
    const nobodys = { ...running, id: randomUUID() };
    const asked = [last, stranger, expired, nobodys, lapsed, cancelled, running];
    await beginPayments(database, ...asked);
    const outcomes = await confirmReservations(database, eventId, asked.map(confirmationOf));
    const expiredAt = async (reservation: typeof lapsed) => (await reread(database, reservation)).expiresAtMs;
    expect(outcomes).toMatchObject([
      { outcome: 'confirmed', booking: { seatIndexes: [5] } },
      { outcome: 'not-found' },
      { outcome: 'expired', expiredAtMs: await expiredAt(expired) },
      { outcome: 'not-found' },
      { outcome: 'expired', expiredAtMs: await expiredAt(lapsed) },
      { outcome: 'not-active', status: 'CANCELLED' },
      { outcome: 'confirmed', booking: { seatIndexes: [0] } },
    ]);
    expect(await storedStatuses(database, eventId, [0, 4, 5])).toBe('BOOKED RESERVED BOOKED');
  });

  test('is refused if seats were released after the authorization', async () => {
    const eventId = await createSampleEvent(database, 3);
    const reservation = await hold(database, eventId, [0, 1]);
    const request = { reservationId: reservation.id, viewerId: reservation.viewerId, seatIndexes: [1] };
    await beginPayments(database, reservation);
    await cancelReservations(database, eventId, [request]);
    const stale = await confirmReservations(database, eventId, [confirmationOf(reservation)]);
    expect(stale).toEqual([{ outcome: 'total-changed' }]);
    expect(await storedStatuses(database, eventId, [0, 1])).toBe('RESERVED AVAILABLE');
    await book(database, await reread(database, reservation));
    expect(await storedStatuses(database, eventId, [0, 1])).toBe('BOOKED AVAILABLE');
  });

  test('of a reservation under another event is not found', async () => {
    const [here, there] = [await createSampleEvent(database, 2), await createSampleEvent(database, 2)];
    const reservation = await hold(database, here, [0]);
    await beginPayments(database, reservation);
    const outcomes = await confirmReservations(database, there, [confirmationOf(reservation)]);
    expect(outcomes).toEqual([{ outcome: 'not-found' }]);
  });

  test("is too late once the next buyer has a seat, whatever the reservation's deadline", async () => {
    const eventId = await createSampleEvent(database, 4);
    const late = await hold(database, eventId, [0, 1]);
    await lapse(database, late);
    const next = await hold(database, eventId, [1]);
    await beginPayments(database, late);
    const outcomes = await confirmReservations(database, eventId, [confirmationOf(late)]);
    expect(only(outcomes).outcome).toBe('expired');
    await book(database, next);
    expect(await storedStatuses(database, eventId, [0, 1])).toBe('RESERVED BOOKED');
  });

  test('works while sales are paused or closed', async () => {
    const eventId = await createSampleEvent(database, 4);
    const [first, second] = [await hold(database, eventId, [0]), await hold(database, eventId, [1])];
    await updateSalesStatus(database, eventId, 'PAUSED', 'organizer');
    await book(database, first);
    await updateSalesStatus(database, eventId, 'CLOSED', 'organizer');
    await book(database, second);
    expect(await storedStatuses(database, eventId, [0, 1])).toBe('BOOKED BOOKED');
  });

  test('with a reference that is taken on any event changes nothing, and does not affect others in the batch', async () => {
    const [here, there] = [await createSampleEvent(database, 4), await createSampleEvent(database, 4)];
    const takenHere = await book(database, await hold(database, here, [0]));
    const takenThere = await book(database, await hold(database, there, [0]));
    const [first, second, third] = [
      await hold(database, here, [1]),
      await hold(database, here, [2]),
      await hold(database, here, [3]),
    ];
    await beginPayments(database, first, second, third);
    const outcomes = await confirmReservations(database, here, [
      { ...confirmationOf(first), reference: takenHere },
      { ...confirmationOf(second), reference: takenThere },
      confirmationOf(third),
    ]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['reference-taken', 'reference-taken', 'confirmed']);
    expect(await storedStatuses(database, here, [1, 2, 3])).toBe('RESERVED RESERVED BOOKED');
    await book(database, second);
  });

  test('keeps seats for ever: they can neither be reserved nor lapse', async () => {
    const eventId = await createSampleEvent(database, 4);
    const reservation = await hold(database, eventId, [0]);
    await book(database, reservation);
    await lapse(database, reservation);
    expect(await expireReservations(database, eventId, [reservation.id])).toEqual([]);
    expect(await reserve(database, eventId, [0])).toMatchObject({ outcome: 'seats-unavailable', taken: [0] });
  });
});
