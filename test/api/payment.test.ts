import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PaymentProvider } from '../../src/payments/payment-provider.ts';
import { createTestPaymentProvider, type TestPaymentProvider } from '../../src/payments/test-provider.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Buyer, bookingIn, newBuyer, reservationIn } from './buyer.ts';
import { storedStatuses } from './store-view.ts';
import { startTwoNodes, type TwoNodes } from './two-nodes.ts';
import { type Offer, offer } from './venue.ts';
import { watchSeatMap } from './watching.ts';

const paymentSeconds = 6;
const soon = { withinMs: 10_000 };
/** A payment is settled once its time is over, and the nodes look for those about every ten seconds. */
const afterSettling = { withinMs: 60_000 };

const provider = moodyProvider();
let nodes: TwoNodes;
let brief: Offer;

beforeAll(async () => {
  nodes = await startTwoNodes({ payment: provider, env: { PAYMENT_SECONDS: String(paymentSeconds) } });
  brief = await offer(nodes.a, { seats: 20, reservationSeconds: 2 });
});
afterAll(() => nodes?.[Symbol.asyncDispose]());

/**
 * The test provider with faults by the payment's token: `unhurried` answers after a second, `slow` shortly before the timeout, `deaf`
 * after it and ignoring the signal, `silent` only when aborted, and `faulty` throws. Captures in `captureFails` fail.
 */
function moodyProvider(): TestPaymentProvider & { readonly captureFails: Set<string> } {
  const inner = createTestPaymentProvider();
  const captureFails = new Set<string>();
  const authorize: PaymentProvider['authorize'] = async (known, token, signal) => {
    const usual = () => inner.authorize(known, 'tok_ok', new AbortController().signal);
    switch (token) {
      case 'slow':
        await sleep(paymentSeconds * 1000 - 500, undefined, { signal });
        return usual();
      case 'unhurried':
        await sleep(1_000, undefined, { signal });
        return usual();
      case 'deaf':
        await sleep(paymentSeconds * 1000 + 300);
        return usual();
      case 'silent':
        return sleep(60_000, undefined, { signal }).then(usual);
      case 'faulty':
        throw new Error('no answer');
      case 'captured later':
        captureFails.add(known.id);
        return usual();
      default:
        return inner.authorize(known, token, signal);
    }
  };
  const capture: PaymentProvider['capture'] = async (known, signal) => {
    if (captureFails.has(known.id)) throw new Error('not now');
    return inner.capture(known, signal);
  };
  return { ...inner, authorize, capture, captureFails };
}

let nextSeat = 0;

/** Reserves one seat, by a new viewer with a new payment. */
async function reserveOne() {
  const seat = nextSeat++;
  const buyer = await newBuyer();
  const reservation = reservationIn(await buyer.reserve(nodes.a, brief, [seat]));
  return { seat, buyer, reservation };
}

/** States of the payments after the first `before` ones, for tests that do not run in parallel. */
const statesSince = (before: number) => provider.ledger().slice(before);

async function expectHeld(buyer: Buyer, reservationId: string, seat: number): Promise<void> {
  expect(await buyer.look(nodes.b, reservationId)).toMatchObject({ status: 'ACTIVE', seats: [{ index: seat }] });
  expect((await storedStatuses(nodes.b, brief))[seat]).toBe('RESERVED');
}

test('a payment that is declined leaves the seats held, and another one may follow', async () => {
  const { seat, buyer, reservation } = await reserveOne();
  expect(await buyer.confirm(nodes.a, reservation.id, 'tok_decline')).toMatchObject({
    __typename: 'PaymentFailed',
    reason: 'card_declined',
  });
  await expectHeld(buyer, reservation.id, seat);
  bookingIn(await buyer.confirm(nodes.b, reservation.id, 'tok_ok'));
  expect((await storedStatuses(nodes.b, brief))[seat]).toBe('BOOKED');
});

test('free seats are booked without the provider', async () => {
  const prices = [
    { category: 'Front', amount: 0 },
    { category: 'Back', amount: 100 },
  ];
  const partlyFree = await offer(nodes.a, { prices });
  const before = provider.ledger().length;
  for (const [seat, token] of ['faulty', 'tok_decline', undefined].entries()) {
    const buyer = await newBuyer();
    const { id } = reservationIn(await buyer.reserve(nodes.a, partlyFree, [seat]));
    expect(bookingIn(await buyer.confirm(nodes.a, id, token))).toMatchObject({ total: { amount: 0 } });
    expect(bookingIn(await buyer.confirm(nodes.b, id, token))).toMatchObject({ total: { amount: 0 } });
  }
  expect(provider.ledger()).toHaveLength(before);
  const buyer = await newBuyer();
  const { id, seats } = reservationIn(await buyer.reserve(nodes.a, partlyFree, [3, 5]));
  expect(await buyer.confirm(nodes.a, id, 'tok_decline')).toMatchObject({ __typename: 'PaymentFailed' });
  // The expensive seat is cancelled, the rest is free.
  const [, dear] = seats;
  reservationIn(await buyer.cancel(nodes.b, id, [dear?.id ?? '']));
  bookingIn(await buyer.confirm(nodes.a, id, 'tok_decline'));
  expect(statesSince(before)).toMatchObject([{ declineReason: 'card_declined' }]);
});

test('a provider that fails leaves the seats held, and causes ServiceBusy', async () => {
  const { seat, buyer, reservation } = await reserveOne();
  expect(await buyer.confirm(nodes.a, reservation.id, 'faulty')).toMatchObject({
    __typename: 'ServiceBusy',
    retryAfterMs: expect.any(Number),
  });
  await expectHeld(buyer, reservation.id, seat);
  bookingIn(await buyer.confirm(nodes.b, reservation.id));
});

test('a reservation does not lapse during a payment that takes longer than its remaining time', async () => {
  const { seat, buyer, reservation } = await reserveOne();
  await using watch = await watchSeatMap(nodes.b, brief);
  const rival = await newBuyer();
  const confirmed = buyer.confirm(nodes.a, reservation.id, 'slow');
  const isPastDeadline = () => Date.now() > Date.parse(reservation.expiresAt) + 200;
  await waitFor(isPastDeadline, { ...soon, what: 'the deadline the reservation had' });
  expect(await rival.reserve(nodes.b, brief, [seat])).toMatchObject({ __typename: 'SeatsUnavailable' });
  await expectHeld(buyer, reservation.id, seat);
  const booking = bookingIn(await confirmed);
  expect(Date.parse(booking.bookedAt)).toBeGreaterThan(Date.parse(reservation.expiresAt));
  await watch.told(seat, 'BOOKED', { fromMs: 0 });
  expect(watch.changes.filter(({ index }) => index === seat).map(({ status }) => status)).toEqual(['BOOKED']);
});

test('a reservation that is cancelled during its payment is not charged', async () => {
  const paymentsBefore = provider.ledger().length;
  const seats = [nextSeat++, nextSeat++] as const;
  const buyer = await newBuyer();
  const reservation = reservationIn(await buyer.reserve(nodes.a, brief, seats));
  const confirmed = buyer.confirm(nodes.a, reservation.id, 'unhurried');
  const isBeingPaid = async () => (await buyer.look(nodes.b, reservation.id))?.expiresAt !== reservation.expiresAt;
  await waitFor(isBeingPaid, { ...soon, what: 'the deadline to be moved for the payment' });
  const [, second] = reservation.seats;
  reservationIn(await buyer.cancel(nodes.b, reservation.id, [second?.id ?? '']));
  const booking = bookingIn(await confirmed);
  expect(booking.seats).toMatchObject([{ index: seats[0] }]);
  expect(booking.total.amount).toBeLessThan(reservation.total.amount);
  const payments = () => statesSince(paymentsBefore);
  const areSettled = () => payments().every(({ state }) => state !== 'authorized');
  await waitFor(areSettled, { ...soon, what: 'the money to be taken, and given back' });
  expect(payments()).toMatchObject([
    { amount: reservation.total.amount, state: 'voided' },
    { amount: booking.total.amount, state: 'captured' },
  ]);
});

test('a deadline is moved for only one payment', async () => {
  const { buyer, reservation } = await reserveOne();
  await buyer.confirm(nodes.a, reservation.id, 'tok_decline');
  const fenced = await buyer.look(nodes.a, reservation.id);
  expect(Date.parse(fenced?.expiresAt ?? '')).toBeGreaterThan(Date.parse(reservation.expiresAt));
  const again = async () => buyer.confirm(nodes.b, reservation.id, 'tok_decline');
  expect((await again()).__typename).toBe('PaymentFailed');
  expect((await buyer.look(nodes.b, reservation.id))?.expiresAt).toBe(fenced?.expiresAt);
  const isOver = async () => (await again()).__typename === 'ReservationExpired';
  await waitFor(isOver, { withinMs: 20_000, what: 'the reservation to end in spite of it' });
});

test('a buyer whose card is not asked in time gets nothing, and pays nothing', { timeout: 60_000 }, async () => {
  const { seat, buyer, reservation } = await reserveOne();
  const paymentsBefore = provider.ledger().length;
  expect((await buyer.confirm(nodes.a, reservation.id, 'silent')).__typename).toBe('ServiceBusy');
  const isOver = async () => (await buyer.look(nodes.b, reservation.id))?.status === 'EXPIRED';
  await waitFor(isOver, { withinMs: 20_000, what: 'the reservation to end' });
  expect((await buyer.confirm(nodes.b, reservation.id)).__typename).toBe('ReservationExpired');
  expect((await storedStatuses(nodes.b, brief))[seat]).toBe('AVAILABLE');
  const isGivenUp = () => statesSince(paymentsBefore)[0]?.state === 'voided';
  await waitFor(isGivenUp, { ...soon, what: 'the payment to be cancelled' });
  const rival = await newBuyer();
  reservationIn(await rival.reserve(nodes.a, brief, [seat]));
});

test('a buyer whose card is charged after all gets the seats', { timeout: 90_000 }, async () => {
  const { seat, buyer, reservation } = await reserveOne();
  const paymentsBefore = provider.ledger().length;
  expect((await buyer.confirm(nodes.a, reservation.id, 'deaf')).__typename).toBe('ServiceBusy');
  const isBooked = async () => (await buyer.look(nodes.b, reservation.id))?.status === 'CONFIRMED';
  await waitFor(isBooked, { ...afterSettling, what: 'the settler to book the seats' });
  expect((await storedStatuses(nodes.b, brief))[seat]).toBe('BOOKED');
  bookingIn(await buyer.confirm(nodes.a, reservation.id, 'tok_decline'));
  const isCaptured = () => statesSince(paymentsBefore)[0]?.state === 'captured';
  await waitFor(isCaptured, { ...soon, what: 'the payment to be captured' });
  expect(statesSince(paymentsBefore)).toHaveLength(1);
});

test('money that could not be captured at once is captured in the end', async () => {
  const { buyer, reservation } = await reserveOne();
  const before = provider.ledger().length;
  const booking = bookingIn(await buyer.confirm(nodes.a, reservation.id, 'captured later'));
  expect(statesSince(before).map(({ state }) => state)).toEqual(['authorized']);
  provider.captureFails.clear();
  const isCaptured = () => statesSince(before)[0]?.state === 'captured';
  await waitFor(isCaptured, { ...afterSettling, what: 'the settler to capture the money' });
  expect(bookingIn(await buyer.confirm(nodes.b, reservation.id)).id).toBe(booking.id);
});
