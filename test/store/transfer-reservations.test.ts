import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ReservationRecord } from '../../src/domain/records.ts';
import { claimReservations } from '../../src/reservations/claim.ts';
import { parseChange } from '../../src/store/change-format.ts';
import { readChanges } from '../../src/store/change-log.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { findBookings } from '../../src/store/queries/bookings.ts';
import { loadEventState } from '../../src/store/queries/event-state.ts';
import { findPaymentsOfReservations } from '../../src/store/queries/payments.ts';
import { verify } from '../../src/store/queries/verification.ts';
import { cancelReservations } from '../../src/store/statements/cancel-reservations.ts';
import { extendReservations } from '../../src/store/statements/extend-reservations.ts';
import { eventsOfViewer, transferReservations } from '../../src/store/statements/transfer-reservations.ts';
import { book, hold, lapse, only, reread, reserve } from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent } from './sample-event.ts';

const keyOf = ({ eventId, id: reservationId }: ReservationRecord) => ({ eventId, reservationId });

const viewers = () => ({ from: `guest_${randomUUID()}`, to: `account ${randomUUID()}` });

async function lastChange(database: Database, eventId: string) {
  const changes = await readChanges(database, eventId, { after: 0, limit: 100 });
  return { revisions: changes.length, last: changes.at(-1)?.change };
}

describe.each(engines)('a transfer on $engine', async ({ open }) => {
  const database = await open();

  test('gives reservations in every state, their payments and bookings to another viewer', async () => {
    const transfer = viewers();
    const eventId = await createSampleEvent(database, 12);
    const ofGuest = (seats: readonly number[]) => hold(database, eventId, seats, { viewerId: transfer.from });
    const booked = await ofGuest([0, 1]);
    const bookingId = await book(database, booked);
    const cancelled = await ofGuest([2]);
    await cancelReservations(database, eventId, [
      { reservationId: cancelled.id, viewerId: transfer.from, seatIndexes: null },
    ]);
    const lapsed = await ofGuest([3]);
    await lapse(database, lapsed);
    const running = await ofGuest([4, 5]);
    const ofOther = await hold(database, eventId, [6]);
    const before = await loadEventState(database, eventId);

    expect(await transferReservations(database, eventId, transfer, 10)).toBe(4);
    for (const one of [booked, cancelled, lapsed, running]) {
      const { status, seatIndexes } = await reread(database, one);
      expect(await reread(database, one)).toMatchObject({ viewerId: transfer.to, status, seatIndexes });
    }
    expect((await reread(database, ofOther)).viewerId).toBe(ofOther.viewerId);
    expect(only(await findBookings(database, [{ eventId, bookingId }])).viewerId).toBe(transfer.to);
    expect(only(await findPaymentsOfReservations(database, [keyOf(booked)])).viewerId).toBe(transfer.to);
    const after = await loadEventState(database, eventId);
    expect(after?.seats).toEqual(before?.seats);
    expect(after?.revision).toBe(Number(before?.revision) + 1);
    const { last } = await lastChange(database, eventId);
    const factOf = ({ id: reservationId }: ReservationRecord) => ({
      ...{ kind: 'reservation-transferred', actor: transfer.to, from: transfer.from },
      ...{ reservationId, isRunning: reservationId === running.id },
    });
    const facts = [lapsed, booked, cancelled, running].map(factOf);
    expect(last?.facts).toHaveLength(facts.length);
    expect(last?.facts).toEqual(expect.arrayContaining(facts));
    expect(parseChange(last)).toEqual(last);
  });

  test('is written once', async () => {
    const transfer = viewers();
    const eventId = await createSampleEvent(database, 3);
    const reservation = await hold(database, eventId, [1], { viewerId: transfer.from });
    await claimReservations(database, transfer);
    const { revisions } = await lastChange(database, eventId);
    await claimReservations(database, transfer);
    expect(await transferReservations(database, eventId, transfer, 10)).toBe(0);
    expect((await lastChange(database, eventId)).revisions).toBe(revisions);
    expect((await reread(database, reservation)).viewerId).toBe(transfer.to);
  });

  test('goes from event to event, and from part to part of what there is of one', async () => {
    const transfer = viewers();
    const eventIds = [await createSampleEvent(database, 9), await createSampleEvent(database, 9)];
    const held = [];
    for (const eventId of eventIds)
      for (const seat of [1, 3, 5]) held.push(await hold(database, eventId, [seat], { viewerId: transfer.from }));
    expect(await eventsOfViewer(database, transfer.from)).toEqual(eventIds.toSorted());
    const bookingId = await book(database, only(held.slice(-1)));
    // As far as a node came that was killed.
    expect(await transferReservations(database, eventIds[0] ?? '', transfer, 2)).toBe(2);
    await claimReservations(database, transfer);
    for (const reservation of held) expect((await reread(database, reservation)).viewerId).toBe(transfer.to);
    expect(await eventsOfViewer(database, transfer.from)).toEqual([]);
    const [booking] = await findBookings(database, [{ eventId: eventIds[1] ?? '', bookingId }]);
    expect(booking?.viewerId).toBe(transfer.to);
    await verify(database, { overdueSeconds: null }, ({ breaches }) =>
      expect(breaches.filter(({ eventId }) => eventId !== null && eventIds.includes(eventId))).toEqual([]),
    );
  });

  test('by two viewers at once gives everything to one of them', async () => {
    const one = viewers();
    const other = { ...one, to: viewers().to };
    const eventId = await createSampleEvent(database, 9);
    const held = await Promise.all([1, 3, 5].map((seat) => hold(database, eventId, [seat], { viewerId: one.from })));
    const counts = await Promise.all([one, other].map((to) => transferReservations(database, eventId, to, 10)));
    expect(counts.toSorted()).toEqual([0, 3]);
    const holders = await Promise.all(held.map(async (reservation) => (await reread(database, reservation)).viewerId));
    expect(new Set(holders)).toEqual(new Set([counts[0] === 3 ? one.to : other.to]));
  });

  test('leaves keys harmless, whoever uses them again', async () => {
    const transfer = viewers();
    const eventId = await createSampleEvent(database, 9);
    const idempotencyKey = randomUUID();
    const own = await hold(database, eventId, [1], { viewerId: transfer.to, idempotencyKey });
    const claimed = await hold(database, eventId, [2], { viewerId: transfer.from, idempotencyKey });
    await transferReservations(database, eventId, transfer, 10);
    const again = { viewerId: transfer.to, idempotencyKey };
    expect(await reserve(database, eventId, [1], again)).toMatchObject({
      outcome: 'repeated',
      reservation: { id: own.id },
    });
    // The server derives the id of a guest's retry from the key, so that it is that of the reservation.
    const retry = { viewerId: transfer.from, idempotencyKey, reservationId: claimed.id };
    expect(await reserve(database, eventId, [2], retry)).toEqual({ outcome: 'idempotency-conflict' });
    await cancelReservations(database, eventId, [
      { reservationId: claimed.id, viewerId: transfer.to, seatIndexes: null },
    ]);
    expect(await reserve(database, eventId, [2], retry)).toEqual({ outcome: 'idempotency-conflict' });
    const anew = { viewerId: transfer.from, idempotencyKey: randomUUID() };
    expect(await reserve(database, eventId, [2], anew)).toMatchObject({ outcome: 'reserved' });
  });

  test('moves the right to change a reservation', async () => {
    const transfer = viewers();
    const eventId = await createSampleEvent(database, 3);
    const { id: reservationId } = await hold(database, eventId, [1], { viewerId: transfer.from });
    await transferReservations(database, eventId, transfer, 10);
    const extend = (viewerId: string) =>
      extendReservations(database, eventId, [{ reservationId, viewerId }], { extensionSeconds: 9, maxExtensions: 1 });
    expect(await extend(transfer.from)).toEqual([{ outcome: 'not-found' }]);
    expect(await extend(transfer.to)).toMatchObject([{ outcome: 'extended' }]);
  });
});
