import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ReservationRecord } from '../../src/domain/records.ts';
import { expireReservations } from '../../src/store/statements/expire-reservations.ts';
import { extendReservations } from '../../src/store/statements/extend-reservations.ts';
import { fencePayments } from '../../src/store/statements/fence-payments.ts';
import { book, fenceRequestOf, hold, lapse, moveDeadlines, only, reread, storedSeats } from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent } from './sample-event.ts';

const asked = ({ id, viewerId }: ReservationRecord) => ({ reservationId: id, viewerId });
const someoneElse = ({ id }: ReservationRecord) => ({ reservationId: id, viewerId: randomUUID() });

describe.each(engines)('extending on $engine', async ({ open }) => {
  const database = await open();
  const terms = { extensionSeconds: 300, maxExtensions: 1 };
  const extend = async (reservation: ReservationRecord, maxExtensions = 1) =>
    only(await extendReservations(database, reservation.eventId, [asked(reservation)], { ...terms, maxExtensions }));

  test('moves the deadline of the reservation and of all its seats', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [1, 2]);
    const expiresAtMs = reservation.expiresAtMs + 300_000;
    const outcome = await extend(reservation);
    expect(outcome).toMatchObject({ outcome: 'extended', reservation: { expiresAtMs, extensionsUsed: 1 } });
    const seats = [1, 2].map((index) => ({
      ...{ index, status: 'RESERVED', reservationId: reservation.id, expiresAtMs },
    }));
    expect(await storedSeats(database, eventId, [1, 2])).toMatchObject(seats);
  });

  test('is allowed a limited number of times', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [1]);
    expect((await extend(reservation, 0)).outcome).toBe('limit-reached');
    expect((await extend(reservation, 2)).outcome).toBe('extended');
    expect((await extend(reservation, 2)).outcome).toBe('extended');
    expect(await extend(reservation, 2)).toEqual({ outcome: 'limit-reached' });
    expect((await reread(database, reservation)).expiresAtMs).toBe(reservation.expiresAtMs + 600_000);
  });

  test('goes as far as settings allow, and the payment is fenced behind it', async () => {
    const [daySeconds, times] = [86_400, 100];
    const eventId = await createSampleEvent(database, 9, { reservationSeconds: daySeconds });
    const reservation = await hold(database, eventId, [1]);
    expect(reservation.expiresAtMs - reservation.createdAtMs).toBe(daySeconds * 1000);
    const farthest = { extensionSeconds: daySeconds, maxExtensions: times };
    for (let nth = 1; nth <= times; nth++) {
      const extended = only(await extendReservations(database, eventId, [asked(reservation)], farthest));
      expect(extended).toMatchObject({ outcome: 'extended', reservation: { extensionsUsed: nth } });
    }
    const expiresAtMs = reservation.createdAtMs + (times + 1) * daySeconds * 1000;
    expect(await reread(database, reservation)).toMatchObject({ status: 'ACTIVE', expiresAtMs });
    expect(await storedSeats(database, eventId, [1])).toMatchObject([{ status: 'RESERVED', expiresAtMs }]);
    const fenced = only(
      await fencePayments(database, eventId, [fenceRequestOf(reservation)], { paymentSeconds: 595, marginSeconds: 5 }),
    );
    expect(fenced).toMatchObject({ outcome: 'fenced', reservation: { expiresAtMs } });
    await book(database, reservation);
  });

  test('with a used key changes nothing, and returns the current reservation', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [1]);
    const extendBy = async (name: string) =>
      only(
        await extendReservations(database, eventId, [{ ...asked(reservation), change: { name, contents } }], {
          extensionSeconds: 300,
          maxExtensions: 2,
        }),
      );
    const [one, other] = [randomUUID(), randomUUID()];
    const contents = randomUUID();
    expect((await extendBy(one)).outcome).toBe('extended');
    const once = { expiresAtMs: reservation.expiresAtMs + 300_000, extensionsUsed: 1 };
    expect(await extendBy(one)).toMatchObject({ outcome: 'repeated', reservation: once });
    expect(await reread(database, reservation)).toMatchObject(once);
    expect((await extendBy(other)).outcome).toBe('extended');
    await lapse(database, reservation);
    const over = { status: 'EXPIRED', extensionsUsed: 2 };
    expect(await extendBy(one)).toMatchObject({ outcome: 'repeated', reservation: over });
    expect((await extendBy(randomUUID())).outcome).toBe('expired');
    const theirs = { ...someoneElse(reservation), change: { name: one, contents } };
    expect(await extendReservations(database, eventId, [theirs], terms)).toEqual([{ outcome: 'not-found' }]);
  });

  test('with a key of another event is a conflict, and does not affect others in the batch', async () => {
    const [here, there] = [await createSampleEvent(database, 9), await createSampleEvent(database, 9)];
    const change = { name: randomUUID(), contents: randomUUID() };
    const first = await hold(database, there, [1]);
    await extendReservations(database, there, [{ ...asked(first), change }], terms);
    const [one, other, third] = await Promise.all([1, 2, 3].map((index) => hold(database, here, [index])));
    if (!one || !other || !third) throw new Error('three were made');
    const fresh = { name: randomUUID(), contents: randomUUID() };
    const requests = [{ ...asked(one), change: fresh }, { ...asked(other), change }, asked(third)];
    expect(await extendReservations(database, here, requests, terms)).toMatchObject([
      { outcome: 'extended', reservation: { id: one.id } },
      { outcome: 'idempotency-conflict' },
      { outcome: 'extended', reservation: { id: third.id } },
    ]);
    expect((await reread(database, other)).extensionsUsed).toBe(0);
    const theirs = { ...someoneElse(other), change };
    expect(await extendReservations(database, here, [theirs], terms)).toEqual([{ outcome: 'not-found' }]);
  });

  test('is decided for each reservation by itself: its viewer, its status, its extensions', async () => {
    const eventId = await createSampleEvent(database, 9);
    const [spent, other, booked, lapsed, fresh] = await Promise.all(
      [0, 1, 2, 3, 4].map((index) => hold(database, eventId, [index])),
    );
    if (!spent || !other || !booked || !lapsed || !fresh) throw new Error('five were made');
    for (const reservation of [spent, booked, lapsed]) await extend(reservation);
    await book(database, booked);
    await lapse(database, lapsed);
    const requests = [asked(spent), someoneElse(other), asked(booked), asked(lapsed), asked(fresh)];
    expect(await extendReservations(database, eventId, requests, terms)).toMatchObject([
      { outcome: 'limit-reached' },
      { outcome: 'not-found' },
      { outcome: 'not-active', status: 'CONFIRMED' },
      { outcome: 'expired' },
      { outcome: 'extended', reservation: { id: fresh.id } },
    ]);
    expect((await reread(database, other)).extensionsUsed).toBe(0);
  });

  test('in time keeps the housekeeping away', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [1]);
    await extend(reservation);
    expect(await expireReservations(database, eventId, [reservation.id])).toEqual([]);
  });
});

describe.each(engines)('fencing a payment on $engine', async ({ open }) => {
  const database = await open();
  const terms = { paymentSeconds: 25, marginSeconds: 5 };
  const fence = async (reservation: ReservationRecord) =>
    only(await fencePayments(database, reservation.eventId, [fenceRequestOf(reservation)], terms));

  test('moves a deadline that is near, of the reservation and its seats', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [1, 2]);
    await moveDeadlines(database, eventId, [{ id: reservation.id, inMs: 5_000 }]);
    const outcome = await fence(reservation);
    if (outcome.outcome !== 'fenced') throw new Error(outcome.outcome);
    const { expiresAtMs, readAtMs, extensionsUsed } = outcome.reservation;
    expect(expiresAtMs - readAtMs).toBe(30_000);
    expect(extensionsUsed).toBe(0);
    expect(await storedSeats(database, eventId, [1, 2])).toMatchObject([1, 2].map((index) => ({ index, expiresAtMs })));
    expect(await storedSeats(database, eventId, [1, 2])).toMatchObject([{ expiresAtMs }, { expiresAtMs }]);
  });

  test('keeps a distant deadline, and writes no seat', async () => {
    const eventId = await createSampleEvent(database, 9);
    const reservation = await hold(database, eventId, [1]);
    const { expiresAtMs } = reservation;
    expect(await fence(reservation)).toMatchObject({ outcome: 'fenced', reservation: { expiresAtMs } });
    expect(await storedSeats(database, eventId, [1])).toMatchObject([{ expiresAtMs }]);
  });

  test('moves it once in the reservation’s life', async () => {
    const eventId = await createSampleEvent(database, 9);
    const [moved, left] = [await hold(database, eventId, [1]), await hold(database, eventId, [2])];
    await moveDeadlines(database, eventId, [{ id: moved.id, inMs: 5_000 }]);
    for (const reservation of [moved, left]) {
      await fence(reservation);
      await moveDeadlines(database, eventId, [{ id: reservation.id, inMs: 5_000 }]);
      const { expiresAtMs } = await reread(database, reservation);
      expect(await fence(reservation)).toMatchObject({ outcome: 'fenced', reservation: { expiresAtMs } });
    }
  });

  test('is refused to others, and when the reservation is over', async () => {
    const eventId = await createSampleEvent(database, 9);
    const [booked, lapsed] = [await hold(database, eventId, [1]), await hold(database, eventId, [2])];
    await book(database, booked);
    await lapse(database, lapsed);
    const { expiresAtMs } = await reread(database, lapsed);
    const fresh = await hold(database, eventId, [3]);
    const stranger = { ...fenceRequestOf(fresh), viewerId: randomUUID() };
    const requests = [stranger, ...[booked, fresh, lapsed].map(fenceRequestOf)];
    expect(await fencePayments(database, eventId, requests, terms)).toMatchObject([
      { outcome: 'not-found' },
      { outcome: 'not-active', status: 'CONFIRMED' },
      { outcome: 'fenced', reservation: { id: fresh.id } },
      { outcome: 'expired', expiredAtMs: expiresAtMs },
    ]);
  });
});
