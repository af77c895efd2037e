import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ReservationRecord } from '../../src/domain/records.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { findBookingsOfReservations } from '../../src/store/queries/bookings.ts';
import { findReservations } from '../../src/store/queries/reservations.ts';
import { type ConfirmOutcome, confirmReservations } from '../../src/store/statements/confirm-reservations.ts';
import { expireReservations } from '../../src/store/statements/expire-reservations.ts';
import type { ReserveSeatsOutcome } from '../../src/store/statements/reserve-seats.ts';
import {
  beginPayments,
  confirmationOf,
  hold,
  moveDeadlines,
  requestFor,
  reserveTogether,
  storedSeats,
} from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent } from './sample-event.ts';

/** Races that start together, with consecutive deadlines, so that one statement finds some passed and some not. */
const HEAT = 25;

/** Interval of deadlines: the last one comes after a few statements, on any machine. */
function betweenDeadlines(statementMs: number): number {
  return Math.min(20, Math.max(2, Math.ceil((3 * statementMs) / HEAT)));
}

interface Race {
  readonly seatIndex: number;
  readonly reservation: ReservationRecord;
  readonly confirm: ConfirmOutcome;
  /** Whether housekeeping has expired it. */
  readonly expired: boolean;
  /** Outcome of the next buyer, if there was one. */
  readonly next: ReserveSeatsOutcome | null;
}

type Rival = 'housekeeping' | 'next buyer';

async function runHeat(database: Database, eventId: string, firstSeat: number, rival: Rival): Promise<Race[]> {
  const seats = Array.from({ length: HEAT }, (_, place) => firstSeat + place);
  const began = performance.now();
  const held = await reserveTogether(
    database,
    eventId,
    seats.map((index) => requestFor([index])),
  );
  const reservations = held.map((outcome) => {
    if (outcome.outcome !== 'reserved') throw new Error(JSON.stringify(outcome));
    return outcome.reservation;
  });
  await beginPayments(database, ...reservations);
  const betweenMs = betweenDeadlines(performance.now() - began);
  const ids = reservations.map(({ id }) => id);
  await moveDeadlines(
    database,
    eventId,
    ids.map((id, place) => ({ id, inMs: (place + 1) * betweenMs })),
  );
  const start = () => sleep(Math.random() * HEAT * betweenMs);
  const [confirms, change, nexts] = await Promise.all([
    start().then(() => confirmReservations(database, eventId, reservations.map(confirmationOf))),
    rival === 'housekeeping' ? start().then(() => expireReservations(database, eventId, ids)) : null,
    rival === 'next buyer'
      ? start().then(() =>
          reserveTogether(
            database,
            eventId,
            seats.map((index) => requestFor([index])),
          ),
        )
      : null,
  ]);
  return reservations.map((reservation, place) => {
    const [confirm, seatIndex] = [confirms[place], seats[place]];
    if (confirm === undefined || seatIndex === undefined) throw new Error('a race without an answer');
    const expired = change?.includes(reservation.id) ?? false;
    return { seatIndex, reservation, confirm, expired, next: nexts?.[place] ?? null };
  });
}

async function runRaces(
  database: Database,
  eventId: string,
  { races, lanes, rival }: { races: number; lanes: number; rival: Rival },
): Promise<Race[]> {
  const firstSeats = Array.from({ length: races / HEAT }, (_, heat) => heat * HEAT);
  const done: Race[] = [];
  const lane = async () => {
    for (let first = firstSeats.shift(); first !== undefined; first = firstSeats.shift()) {
      done.push(...(await runHeat(database, eventId, first, rival)));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return done;
}

/** Counts the races by their answers and stored results. */
async function results(database: Database, eventId: string, races: readonly Race[]): Promise<Map<string, number>> {
  const keys = races.map(({ reservation }) => ({ eventId, reservationId: reservation.id }));
  const reservations = new Map((await findReservations(database, keys)).map((row) => [row.id, row]));
  const seatIndexes = races.map(({ seatIndex }) => seatIndex);
  const seats = new Map((await storedSeats(database, eventId, seatIndexes)).map((row) => [row.index, row]));
  const bookings = new Map((await findBookingsOfReservations(database, keys)).map((row) => [row.reservationId, row]));
  const tally = new Map<string, number>();
  for (const { seatIndex, reservation, confirm, expired, next } of races) {
    const seat = seats.get(seatIndex);
    const owner = seat?.reservationId === reservation.id ? 'holder' : seat?.reservationId ? 'next buyer' : 'nobody';
    const stored = reservations.get(reservation.id);
    const parts = [confirm.outcome, expired, next?.outcome, stored?.status, seat?.status, owner].map(String);
    tally.set(parts.join(' '), (tally.get(parts.join(' ')) ?? 0) + 1);
    if (next?.outcome === 'reserved') {
      expect(next.reservation.createdAtMs).toBeGreaterThanOrEqual(stored?.expiresAtMs ?? Number.POSITIVE_INFINITY);
    }
    const booking = bookings.get(reservation.id);
    expect(booking !== undefined).toBe(confirm.outcome === 'confirmed');
    if (booking !== undefined) expect(booking.bookedAtMs).toBeLessThan(stored?.expiresAtMs ?? 0);
  }
  return tally;
}

/** Each line: confirm's answer, whether housekeeping expired it, the next buyer's answer, reservation, seat, its holder. */
const CONSISTENT = {
  housekeeping: [
    'confirmed false undefined CONFIRMED BOOKED nobody',
    'expired true undefined EXPIRED AVAILABLE nobody',
    'expired false undefined EXPIRED RESERVED holder',
  ],
  'next buyer': [
    'confirmed false seats-unavailable CONFIRMED BOOKED nobody',
    'expired false reserved EXPIRED RESERVED next buyer',
    'expired false seats-unavailable EXPIRED RESERVED holder',
  ],
};

describe.each(engines)('confirming at the deadline on $engine', async ({ engine, open }) => {
  const database = await open();
  // PGlite executes one statement at a time, so that parallel races would miss their deadlines.
  const { races, lanes } = engine === 'Postgres' ? { races: 5_000, lanes: 4 } : { races: 500, lanes: 1 };

  test.each(['housekeeping', 'next buyer'] as const)(
    'against the %s has one outcome',
    { timeout: 120_000 },
    async (rival) => {
      const eventId = await createSampleEvent(database, races + 1);
      await hold(database, eventId, [races]);
      const tally = await results(database, eventId, await runRaces(database, eventId, { races, lanes, rival }));
      expect(CONSISTENT[rival]).toEqual(expect.arrayContaining([...tally.keys()]));
      const [booked = '', lapsed = ''] = CONSISTENT[rival];
      // Both sides must win often.
      expect(tally.get(booked)).toBeGreaterThan(races / 100);
      expect(tally.get(lapsed)).toBeGreaterThan(races / 100);
    },
  );
});
