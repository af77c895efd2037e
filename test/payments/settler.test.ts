import { sql } from 'drizzle-orm';
import { afterEach, describe, expect, test } from 'vitest';
import type { KnownPayment, PaymentProvider } from '../../src/payments/payment-provider.ts';
import { createTestPaymentProvider } from '../../src/payments/test-provider.ts';
import { findPaymentsOfReservations, readPaymentBacklog } from '../../src/store/queries/payments.ts';
import { confirmReservations } from '../../src/store/statements/confirm-reservations.ts';
import { claimPayments } from '../../src/store/statements/update-payments.ts';
import { beginPayments, confirmationOf, requestFor, reserveTogether } from '../store/buyers.ts';
import { engines } from '../store/engines.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { waitFor } from '../support/wait-for.ts';
import { makeAllDue, PaymentNode, type PaymentNodeOptions, paymentOf } from './payment-node.ts';

const soon = { withinMs: 20_000 };
const never = () => new Promise<never>(() => {});
const anHour = { firstMs: 3_600_000, longestMs: 3_600_000 };

describe.each(engines)('the settler on $engine', async ({ open }) => {
  const database = await open();
  afterEach(() => database.rows(sql`update payments set due_at = null`));

  const openNode = (capture: PaymentProvider['capture'], options: Partial<PaymentNodeOptions> = {}) =>
    PaymentNode.open({ database, provider: { ...createTestPaymentProvider(), capture }, ...options });

  /** Reservations of one seat each, booked and not captured yet. */
  async function newBookings(count: number, { dueInSeconds }: { readonly dueInSeconds: number }) {
    const eventId = await createSampleEvent(database, count);
    const requests = Array.from({ length: count }, (_, index) => requestFor([index]));
    const reservations = (await reserveTogether(database, eventId, requests)).map((outcome) => {
      if (outcome.outcome !== 'reserved') throw new Error(outcome.outcome);
      return outcome.reservation;
    });
    await beginPayments(database, ...reservations);
    const confirmations = reservations.map(confirmationOf).map((request) => ({
      ...request,
      payment: request.payment && { ...request.payment, reference: `test_${request.payment.id}_${eventId}_1` },
    }));
    await confirmReservations(database, eventId, confirmations);
    await database.rows(sql`
      update payments set due_at = now() + ${dueInSeconds}::int * interval '1 second' where event_id = ${eventId}`);
    return reservations;
  }

  const outstanding = async () => {
    const rows = await database.rows<{ id: string }>(sql`select id from payments where due_at is not null`);
    return rows.map(({ id }) => id);
  };

  test('many that always fail keep no new one waiting, and are not tried again at once', async () => {
    const dead = (await newBookings(120, { dueInSeconds: -3_600 })).map(({ id }) => id);
    const asked: string[] = [];
    const inner = createTestPaymentProvider();
    const capture: PaymentProvider['capture'] = async (known, signal) => {
      asked.push(known.id);
      if (dead.includes(known.id)) throw new Error('this card is gone');
      return inner.capture(known, signal);
    };
    await using node = await openNode(capture, { retry: anHour });
    await node.round();
    // They have failed once, and are due again; the new one has not.
    await makeAllDue(database);
    const [fresh] = await newBookings(1, { dueInSeconds: -1 });
    await node.round();
    await node.round();
    expect(asked).toContain(fresh?.id);
    asked.length = 0;
    for (let round = 1; round <= 10; round += 1) await node.round();
    expect(new Set(asked).size).toBe(asked.length);
  });

  test('what fails is tried again, after a longer pause each time, by any node, until it is captured', async () => {
    const [booking] = await newBookings(1, { dueInSeconds: -10 });
    if (booking === undefined) throw new Error('one was made');
    const inner = createTestPaymentProvider();
    let calls = 0;
    const capture: PaymentProvider['capture'] = async (known, signal) => {
      calls += 1;
      if (calls < 4) throw new Error('not now');
      return inner.capture(known, signal);
    };
    const retry = { firstMs: 10_000, longestMs: 20_000 };
    await using one = await openNode(capture, { retry });
    await using other = await openNode(capture, { retry });
    const pauses: number[] = [];
    for (const node of [one, other, one]) {
      await node.round();
      const [row] = await database.rows<{ pause: number }>(sql`
        select round(extract(epoch from due_at - updated_at))::int as pause from payments where id = ${booking.id}`);
      pauses.push(row?.pause ?? 0);
      await makeAllDue(database);
    }
    expect(pauses).toEqual([10, 20, 20]);
    expect(await paymentOf(database, booking)).toMatchObject({ state: 'AUTHORIZED', attempts: 3 });
    await other.round();
    expect(await paymentOf(database, booking)).toMatchObject({ state: 'CAPTURED', attempts: 0 });
    expect(await outstanding()).toEqual([]);
  });

  test('of one node has a payment to itself', async () => {
    const bookings = await newBookings(40, { dueInSeconds: -10 });
    const asked: KnownPayment[] = [];
    const inner = createTestPaymentProvider();
    const capture: PaymentProvider['capture'] = async (known, signal) => {
      asked.push(known);
      return inner.capture(known, signal);
    };
    await using one = await openNode(capture);
    await using other = await openNode(capture);
    await Promise.all([one.round(), other.round(), one.round(), other.round()]);
    expect(asked.map(({ id }) => id).sort()).toEqual(bookings.map(({ id }) => id).sort());
    expect(await outstanding()).toEqual([]);
  });

  test('leaves what is not due, or another node’s', async () => {
    const [early] = await newBookings(1, { dueInSeconds: 60 });
    const [taken] = await newBookings(1, { dueInSeconds: -60 });
    if (early === undefined || taken === undefined) throw new Error('two were made');
    expect(await claimPayments(database, taken.eventId, [taken.id], 60_000)).toHaveLength(1);
    expect(await claimPayments(database, taken.eventId, [taken.id], 60_000)).toEqual([]);
    await using node = await openNode(never);
    expect(await node.round()).toBe(false);
    expect((await outstanding()).sort()).toEqual([early.id, taken.id].sort());
  });

  test('is held up by a provider that never answers for no longer than a call may take, and nobody else', async () => {
    const [booking] = await newBookings(1, { dueInSeconds: -10 });
    if (booking === undefined) throw new Error('one was made');
    await using node = await openNode(never, { callMs: 50, retry: anHour });
    expect(await node.round()).toBe(false);
    expect(await paymentOf(database, booking)).toMatchObject({ state: 'AUTHORIZED', attempts: 1 });

    await makeAllDue(database);
    const stop = new AbortController();
    const hanging = await openNode(never);
    const round = hanging.settler.round(stop.signal);
    const isTaken = async () => (await readPaymentBacklog(database)).due === 0;
    await waitFor(isTaken, { ...soon, what: 'the round to begin' });
    hanging.settler.begin(await paymentOf(database, booking));
    stop.abort();
    expect(await round).toBe(false);
    await hanging[Symbol.asyncDispose]();
    expect(await outstanding()).toEqual([booking.id]);
  });

  test('begins at most a hundred at once, and does all of them in the end', async () => {
    const bookings = await newBookings(250, { dueInSeconds: 3_600 });
    const inner = createTestPaymentProvider();
    let inFlight = 0;
    let most = 0;
    await using node = await openNode(async (known, signal) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      return inner.capture(known, signal);
    });
    const keys = bookings.map(({ eventId, id }) => ({ eventId, reservationId: id }));
    for (const payment of await findPaymentsOfReservations(database, keys)) node.settler.begin(payment);
    const isDone = async () => (await outstanding()).length === 0;
    await waitFor(isDone, { ...soon, what: 'all of them to be captured' });
    expect(most).toBe(100);
  });

  test('says how much it has to do, and what it did', async () => {
    const [booking] = await newBookings(2, { dueInSeconds: -100 });
    if (booking === undefined) throw new Error('two were made');
    const measured = await readPaymentBacklog(database);
    expect(measured).toMatchObject({ due: 2, failing: 0 });
    expect(measured.oldestMs).toBeGreaterThanOrEqual(100_000);
    const inner = createTestPaymentProvider();
    await using node = await openNode(async (known, signal) => {
      if (known.id === booking.id) throw new Error('not now');
      return inner.capture(known, signal);
    });
    const heard: unknown[] = [];
    node.telemetry.on('payment:moved', (state) => heard.push(state));
    node.telemetry.on('payment:unanswered', (call) => heard.push(call));
    await node.round();
    expect(heard.sort()).toEqual(['CAPTURED', 'capture']);
    expect(await readPaymentBacklog(database)).toMatchObject({ due: 0, oldestMs: 0, failing: 1 });
  });
});
