import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { PaymentProvider } from '../../src/payments/provider.ts';
import { Settler } from '../../src/payments/settler.ts';
import { createTestPaymentProvider } from '../../src/payments/test-provider.ts';
import { withTimeLimits } from '../../src/payments/with-time-limits.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { confirmReservations } from '../../src/store/statements/confirm-reservations.ts';
import { confirmationOf, requestFor, reserveTogether } from '../store/buyers.ts';
import { engines } from '../store/engines.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { waitFor } from '../support/wait-for.ts';

const logger = pino({ level: 'silent' });
const soon = { withinMs: 20_000 };
const never = () => new Promise<never>(() => {});
const running = () => new AbortController().signal;

describe.each(engines)('the settler on $engine', async ({ open }) => {
  const database = await open();

  test('many that always fail keep no new one waiting, and are not tried again at once', async () => {
    const dead = await bookingsToCapture(database, 120, { secondsAgo: 3_600 });
    const asked: string[] = [];
    const capture = async (_authorization: string, bookingId: string) => {
      asked.push(bookingId);
      if (dead.includes(bookingId)) throw new Error('this card is gone');
    };
    const settler = settlerWith({ capture }, { firstMs: 3_600_000, longestMs: 3_600_000 });
    const [fresh] = await bookingsToCapture(database, 1, { secondsAgo: 10 });
    await rounds(settler, 2);
    expect(asked).toContain(fresh);
    await rounds(settler, 10);
    expect(asked.filter((each) => dead.includes(each)).sort()).toEqual([...dead].sort());
    await forget(database);
  });

  test('what fails is tried again, after a longer wait each time, until it is captured', async () => {
    const [bookingId] = await bookingsToCapture(database, 1, { secondsAgo: 10 });
    const askedAtMs: number[] = [];
    const settler = settlerWith(
      {
        capture: async () => {
          askedAtMs.push(performance.now());
          if (askedAtMs.length < 4) throw new Error('not now');
        },
      },
      { firstMs: 40, longestMs: 80 },
    );
    const isCaptured = async () => {
      await settler.round(running());
      return (await outstanding(database)).length === 0;
    };
    await waitFor(isCaptured, { ...soon, what: `${bookingId} to be captured` });
    const waits = askedAtMs.slice(1).map((at, attempt) => at - (askedAtMs[attempt] ?? 0));
    expect(waits).toHaveLength(3);
    [40, 80, 80].forEach((least, attempt) => {
      expect(waits[attempt]).toBeGreaterThanOrEqual(least);
    });
  });

  test('a provider that never answers ends neither a round nor a shutdown for longer than a call may take', async () => {
    const [bookingId = ''] = await bookingsToCapture(database, 1, { secondsAgo: 10 });
    const settler = settlerWith({ capture: never }, undefined, 50);
    expect(await settler.round(running())).toBe(false);
    const stop = new AbortController();
    const forgetful = settlerWith({ capture: never });
    const round = forgetful.round(stop.signal);
    forgetful.begin({ eventId: randomUUID(), bookingId, paymentAuthorization: 'a' });
    stop.abort();
    expect(await round).toBe(false);
    await forgetful.drain();
    expect(await outstanding(database)).toEqual([bookingId]);
    await forget(database);
  });

  test('at most a hundred are begun at once, and all of them are done in the end', async () => {
    const bookings = await bookingsToCapture(database, 250, { secondsAgo: 0 });
    const [eventId = ''] = await eventsOutstanding(database);
    let inFlight = 0;
    let most = 0;
    const settler = settlerWith({
      capture: async () => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight -= 1;
      },
    });
    for (const bookingId of bookings) settler.begin({ eventId, bookingId, paymentAuthorization: 'a' });
    const isDone = async () => (await outstanding(database)).length === 0;
    await waitFor(isDone, { ...soon, what: 'all of them to be captured' });
    expect(most).toBe(100);
    await settler.drain();
  });

  function settlerWith(
    provider: Partial<PaymentProvider>,
    retry?: { readonly firstMs: number; readonly longestMs: number },
    callMs = 3_600_000,
  ): Settler {
    const payment = withTimeLimits({ ...createTestPaymentProvider(), ...provider }, logger, { callMs, graceMs: 0 });
    return new Settler({ database, payment, logger, ...(retry && { retry }) });
  }
});

async function rounds(settler: Settler, count: number): Promise<void> {
  for (let round = 0; round < count; round++) await settler.round(running());
}

/** Ids of new bookings, each of one seat. */
async function bookingsToCapture(
  database: Database,
  count: number,
  { secondsAgo }: { readonly secondsAgo: number },
): Promise<string[]> {
  const eventId = await createSampleEvent(database, count);
  const requests = Array.from({ length: count }, (_, index) => requestFor([index]));
  const reserved = (await reserveTogether(database, eventId, requests)).map((outcome) => {
    if (outcome.outcome !== 'reserved') throw new Error(outcome.outcome);
    return confirmationOf(outcome.reservation);
  });
  await confirmReservations(database, eventId, reserved);
  await database.rows(
    sql`update bookings set booked_at = booked_at - ${secondsAgo}::int * interval '1 second' where event_id = ${eventId}`,
  );
  return reserved.map(({ bookingId }) => bookingId);
}

async function outstanding(database: Database): Promise<string[]> {
  const rows = await database.rows<{ id: string }>(sql`select id from bookings where payment_captured_at is null`);
  return rows.map(({ id }) => id);
}

async function eventsOutstanding(database: Database): Promise<string[]> {
  const rows = await database.rows<{ id: string }>(
    sql`select distinct event_id as id from bookings where payment_captured_at is null`,
  );
  return rows.map(({ id }) => id);
}

/** So that the next test finds its own alone. */
async function forget(database: Database): Promise<void> {
  await database.rows(sql`update bookings set payment_captured_at = now() where payment_captured_at is null`);
}
