import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { ReservationRecord } from '../../src/domain/records.ts';
import type { PaymentProvider, ProviderPayment } from '../../src/payments/payment-provider.ts';
import { createTestPaymentProvider, type TestPaymentProvider } from '../../src/payments/test-provider.ts';
import { findBookingsOfReservations } from '../../src/store/queries/bookings.ts';
import { cancelReservations } from '../../src/store/statements/cancel-reservations.ts';
import { expireReservations } from '../../src/store/statements/expire-reservations.ts';
import { transferReservations } from '../../src/store/statements/transfer-reservations.ts';
import { hold, lapse, only, reread, storedStatuses } from '../store/buyers.ts';
import { engines } from '../store/engines.ts';
import { createSampleEvent, priceOf } from '../store/sample-event.ts';
import { waitFor } from '../support/wait-for.ts';
import { endOf, makeAllDue, PaymentNode, paymentOf, settleAll } from './payment-node.ts';

const soon = { withinMs: 20_000 };
const running = () => new AbortController().signal;

/** Something that happens while the provider authorizes. */
function meanwhile(inner: TestPaymentProvider, work: () => Promise<unknown>): PaymentProvider {
  return {
    ...inner,
    authorize: async (known, token, signal) => {
      const answer = await inner.authorize(known, token, signal);
      await work();
      return answer;
    },
  };
}

/** A provider for methods that cannot be authorized first. */
function chargingAtOnce(inner: TestPaymentProvider): PaymentProvider {
  return {
    ...inner,
    authorize: async (known, token, signal) => {
      const answer = await inner.authorize(known, token, signal);
      return answer.state === 'authorized' ? inner.capture(known, signal) : answer;
    },
  };
}

describe.each(engines)('paying on $engine', async ({ open }) => {
  const database = await open();
  const newReservation = async (seats: readonly number[] = [1, 2]) =>
    hold(database, await createSampleEvent(database, 6), seats);
  const cancel = ({ eventId, id, viewerId }: ReservationRecord, seatIndexes: readonly number[] | null) =>
    cancelReservations(database, eventId, [{ reservationId: id, viewerId, seatIndexes }]);

  test('books, captures, and keeps who bought and the price of each seat', async () => {
    const provider = createTestPaymentProvider();
    await using node = await PaymentNode.open({ database, provider });
    const reservation = await newReservation();
    const { eventId } = reservation;
    const outcome = await node.confirm(reservation, 'tok_ok');
    expect(outcome).toMatchObject({ outcome: 'booked', isNew: true, booking: { buyer: { name: 'Ann', email: null } } });
    const isCaptured = async () => (await paymentOf(database, reservation)).state === 'CAPTURED';
    await waitFor(isCaptured, { ...soon, what: 'the payment to be captured' });
    const payment = await paymentOf(database, reservation);
    const [booking] = await findBookingsOfReservations(database, [{ eventId, reservationId: reservation.id }]);
    expect(booking).toMatchObject({ paymentId: payment.id, buyer: { name: 'Ann', email: null } });
    expect(payment).toMatchObject({ amount: priceOf([1, 2]), currency: 'EUR', provider: 'test', refunded: 0 });
    expect(payment.reference).toBe(provider.ledger()[0]?.reference);
    const said = await database.rows(
      sql`select type from payment_events where payment_id = ${payment.id} order by at, type`,
    );
    expect(said).toEqual([{ type: 'authorized' }, { type: 'captured' }]);
    const seats = await database.rows(sql`
      select seat_index as index, amount::int from booked_seats where event_id = ${eventId} order by seat_index`);
    expect(seats).toEqual([1, 2].map((index) => ({ index, amount: priceOf([index]) })));
  });

  test('for nothing is done without the provider', async () => {
    const provider = createTestPaymentProvider();
    await using node = await PaymentNode.open({ database, provider });
    const reservation = await hold(database, await createSampleEvent(database, 2, { amounts: [0, 0] }), [0, 1]);
    expect(await node.confirm(reservation, 'tok_decline')).toMatchObject({
      ...{ outcome: 'booked', isNew: true, booking: { paymentId: null, buyer: { name: 'Ann', email: null } } },
    });
    expect(await endOf(database, provider, reservation)).toEqual({ isBooked: true, payments: [], money: [] });
  });

  test('with a card that is declined keeps the seats, and can be done again', async () => {
    const provider = createTestPaymentProvider();
    await using node = await PaymentNode.open({ database, provider });
    const reservation = await newReservation();
    expect(await node.confirm(reservation, 'tok_decline')).toEqual({
      outcome: 'payment-failed',
      reason: 'card_declined',
    });
    expect((await reread(database, reservation)).status).toBe('ACTIVE');
    expect(await node.confirm(reservation, 'tok_ok')).toMatchObject({ outcome: 'booked' });
    await settleAll(database, node);
    expect(await endOf(database, provider, reservation)).toEqual({
      ...{ isBooked: true, payments: ['FAILED', 'CAPTURED'], money: ['voided', 'captured'] },
    });
  });

  test('in two tabs with two cards takes the money of one', async () => {
    const provider = createTestPaymentProvider({ latencyMs: 5 });
    await using one = await PaymentNode.open({ database, provider });
    await using other = await PaymentNode.open({ database, provider });
    const reservation = await newReservation();
    const tabs = Array.from({ length: 6 }, (_, tab) => (tab % 2 === 0 ? one : other).confirm(reservation, 'tok_ok'));
    const outcomes = await Promise.all(tabs);
    expect(outcomes.filter((outcome) => outcome.outcome === 'booked' && outcome.isNew)).toHaveLength(1);
    const ids = outcomes.map((outcome) => (outcome.outcome === 'booked' ? outcome.booking.id : outcome.outcome));
    expect(new Set(ids).size).toBe(1);
    await settleAll(database, one);
    expect(await endOf(database, provider, reservation)).toEqual({
      ...{ isBooked: true, payments: ['CAPTURED'], money: ['captured'] },
    });
  });

  test('in two tabs of which one is declined books by the other', async () => {
    const inner = createTestPaymentProvider();
    await using other = await PaymentNode.open({ database, provider: inner });
    const reservation = await newReservation();
    let declined: unknown;
    // While this tab's card is being asked, the payment that both share is closed.
    const provider: PaymentProvider = {
      ...inner,
      authorize: async (...asked) => {
        declined ??= await other.confirm(reservation, 'tok_decline');
        return inner.authorize(...asked);
      },
    };
    await using node = await PaymentNode.open({ database, provider });
    const outcome = await node.confirm(reservation, 'tok_ok');
    expect(declined).toEqual({ outcome: 'payment-failed', reason: 'card_declined' });
    expect(outcome).toMatchObject({ outcome: 'booked' });
    await settleAll(database, node);
    expect(await endOf(database, inner, reservation)).toEqual({
      ...{ isBooked: true, payments: ['FAILED', 'CAPTURED'], money: ['voided', 'captured'] },
    });
  });

  describe('with 3-D Secure', () => {
    test.each([
      [true, { outcome: 'booked', isNew: true }, { isBooked: true, payments: ['CAPTURED'], money: ['captured'] }],
      [
        false,
        { outcome: 'payment-failed', reason: 'authentication_failed' },
        { isBooked: false, payments: ['FAILED'], money: ['voided'] },
      ],
    ])('ends as the buyer’s bank says (approved: %j), once the buyer is back', async (isApproved, outcome, end) => {
      const provider = createTestPaymentProvider();
      await using node = await PaymentNode.open({ database, provider });
      const reservation = await newReservation();
      const asked = await node.confirm(reservation, 'tok_action');
      const { id, state } = await paymentOf(database, reservation);
      expect(state).toBe('ACTION_REQUIRED');
      expect(asked).toMatchObject({
        outcome: 'action-required',
        clientSecret: `test_secret_${id}`,
        payment: { id, state },
      });
      if (asked.outcome !== 'action-required') return;
      expect(asked.expiresInMs).toBeGreaterThan(0);
      // Not yet.
      expect(await node.confirm(reservation)).toMatchObject({ outcome: 'action-required', payment: { id } });
      provider.answerForBank(id, isApproved);
      expect(await node.confirm(reservation)).toMatchObject(outcome);
      await settleAll(database, node);
      expect(await endOf(database, provider, reservation)).toEqual(end);
    });

    test('books for a buyer who never comes back', async () => {
      const provider = createTestPaymentProvider();
      await using node = await PaymentNode.open({ database, provider });
      const reservation = await newReservation();
      await node.confirm(reservation, 'tok_action');
      await makeAllDue(database);
      await node.round();
      expect((await paymentOf(database, reservation)).state).toBe('ACTION_REQUIRED');
      provider.answerForBank((await paymentOf(database, reservation)).id, true);
      await settleAll(database, node);
      expect(await endOf(database, provider, reservation)).toEqual({
        ...{ isBooked: true, payments: ['CAPTURED'], money: ['captured'] },
      });
      expect(await node.confirm(reservation)).toMatchObject({ outcome: 'booked', isNew: false });
    });

    test.each(['has lapsed', 'was cancelled'])('is given up once the reservation %s', async (how) => {
      const provider = createTestPaymentProvider();
      await using node = await PaymentNode.open({ database, provider });
      const reservation = await newReservation();
      await node.confirm(reservation, 'tok_action');
      if (how === 'has lapsed') await lapse(database, reservation);
      else await cancel(reservation, null);
      await settleAll(database, node);
      expect(await endOf(database, provider, reservation)).toEqual({
        ...{ isBooked: false, payments: ['VOIDED'], money: ['voided'] },
      });
    });

    test.each(['tok_ok', 'tok_action_done'])('left for another card, %s, is not paid as well', async (token) => {
      const provider = createTestPaymentProvider();
      await using node = await PaymentNode.open({ database, provider });
      const reservation = await newReservation();
      await node.confirm(reservation, 'tok_action');
      expect(await node.confirm(reservation, token)).toMatchObject({ outcome: 'booked', isNew: true });
      await settleAll(database, node);
      expect(await endOf(database, provider, reservation)).toEqual({
        ...{ isBooked: true, payments: ['VOIDED', 'CAPTURED'], money: ['voided', 'captured'] },
      });
    });

    test('done already is not left for another card', async () => {
      const provider = createTestPaymentProvider();
      await using node = await PaymentNode.open({ database, provider });
      const reservation = await newReservation();
      await node.confirm(reservation, 'tok_action');
      provider.answerForBank((await paymentOf(database, reservation)).id, true);
      expect(await node.confirm(reservation, 'tok_decline')).toMatchObject({ outcome: 'booked', isNew: true });
      await settleAll(database, node);
      expect((await endOf(database, provider, reservation)).money).toEqual(['captured']);
    });
  });

  describe('while another viewer claims the reservation', () => {
    const claimant = 'the claimant';
    const claim = ({ eventId, viewerId }: ReservationRecord) =>
      transferReservations(database, eventId, { from: viewerId, to: claimant }, 10);
    const ownersOf = async (reservation: ReservationRecord) => {
      const { eventId, id: reservationId } = reservation;
      const [booking] = await findBookingsOfReservations(database, [{ eventId, reservationId }]);
      return [booking?.viewerId, (await paymentOf(database, reservation)).viewerId];
    };
    const paid = { isBooked: true, payments: ['CAPTURED'], money: ['captured'] };

    test.each(['in time', 'late'])('books for the new holder, %s', async (when) => {
      const inner = createTestPaymentProvider();
      const reservation = await newReservation();
      const provider = meanwhile(inner, async () => {
        await claim(reservation);
        if (when === 'late') await lapse(database, reservation);
      });
      await using node = await PaymentNode.open({ database, provider });
      const outcome = await node.confirm(reservation, 'tok_ok');
      expect(outcome).toMatchObject({ outcome: 'booked', isNew: true, booking: { viewerId: claimant } });
      await settleAll(database, node);
      expect(await endOf(database, inner, reservation)).toEqual(paid);
      expect(await ownersOf(reservation)).toEqual([claimant, claimant]);
    });

    test.each(['the settler', 'the new holder'])('%s ends what the buyer’s bank was asked before', async (who) => {
      const provider = createTestPaymentProvider();
      await using node = await PaymentNode.open({ database, provider });
      const reservation = await newReservation();
      await node.confirm(reservation, 'tok_action');
      await claim(reservation);
      provider.answerForBank((await paymentOf(database, reservation)).id, true);
      expect(await node.confirm(reservation)).toEqual({ outcome: 'not-found' });
      if (who === 'the new holder') {
        const confirmed = await node.confirm({ ...reservation, viewerId: claimant });
        expect(confirmed).toMatchObject({ outcome: 'booked', isNew: true });
      }
      await settleAll(database, node);
      expect(await endOf(database, provider, reservation)).toEqual(paid);
      expect(await ownersOf(reservation)).toEqual([claimant, claimant]);
    });
  });

  describe('late', () => {
    const ways: [what: string, end: (reservation: ReservationRecord) => Promise<unknown>][] = [
      ['lapsed', (reservation) => lapse(database, reservation)],
      [
        'lapsed and was swept',
        async (reservation) => {
          await lapse(database, reservation);
          await expireReservations(database, reservation.eventId, [reservation.id]);
        },
      ],
    ];

    test.each(ways)('for a reservation that %s meanwhile books its seats if they are free', async (_what, end) => {
      const inner = createTestPaymentProvider();
      const reservation = await newReservation();
      const { eventId } = reservation;
      const provider = meanwhile(inner, () => end(reservation));
      await using node = await PaymentNode.open({ database, provider });
      expect(await node.confirm(reservation, 'tok_ok')).toMatchObject({
        ...{ outcome: 'booked', isNew: true, booking: { seatIndexes: [1, 2], buyer: { name: 'Ann' } } },
      });
      expect(await storedStatuses(database, eventId, [0, 1, 2, 3])).toBe('AVAILABLE BOOKED BOOKED AVAILABLE');
      await settleAll(database, node);
      expect(await endOf(database, inner, reservation)).toEqual({
        ...{ isBooked: true, payments: ['CAPTURED'], money: ['captured'] },
      });
      const [last] = await database.rows<{ change: unknown }>(
        sql`select change from event_changes where event_id = ${eventId} order by revision desc limit 1`,
      );
      const { id: reservationId, viewerId: actor } = reservation;
      expect(last?.change).toMatchObject({
        facts: [{ kind: 'booking-confirmed', actor, reservationId, seatIndexes: [1, 2], isLate: true }],
      });
    });

    test('books seats that somebody else held meanwhile, and has let lapse', async () => {
      const inner = createTestPaymentProvider();
      const reservation = await newReservation();
      const provider = meanwhile(inner, async () => {
        await lapse(database, reservation);
        await lapse(database, await hold(database, reservation.eventId, [2, 3]));
      });
      await using node = await PaymentNode.open({ database, provider });
      expect(await node.confirm(reservation)).toMatchObject({ outcome: 'booked', booking: { seatIndexes: [1, 2] } });
    });

    test('gives the money back if one of the seats is somebody else’s', async () => {
      const inner = createTestPaymentProvider();
      const reservation = await newReservation();
      const provider = meanwhile(inner, async () => {
        await lapse(database, reservation);
        await hold(database, reservation.eventId, [2]);
      });
      await using node = await PaymentNode.open({ database, provider });
      expect(await node.confirm(reservation)).toMatchObject({ outcome: 'expired' });
      await settleAll(database, node);
      expect(await endOf(database, inner, reservation)).toEqual({
        ...{ isBooked: false, payments: ['VOIDED'], money: ['voided'] },
      });
      expect(await storedStatuses(database, reservation.eventId, [1, 2])).not.toContain('BOOKED');
      expect(await node.confirm(reservation)).toMatchObject({ outcome: 'expired' });
    });

    test('gives the money back once the event has begun', async () => {
      const inner = createTestPaymentProvider();
      const reservation = await newReservation();
      const provider = meanwhile(inner, async () => {
        await lapse(database, reservation);
        await database.rows(sql`update events set starts_at = now() where id = ${reservation.eventId}`);
      });
      await using node = await PaymentNode.open({ database, provider });
      expect(await node.confirm(reservation)).toMatchObject({ outcome: 'expired' });
      await settleAll(database, node);
      expect((await endOf(database, inner, reservation)).money).toEqual(['voided']);
    });

    test('is told as what it came to, to a buyer who asks again', async () => {
      const provider = createTestPaymentProvider();
      await using node = await PaymentNode.open({ database, provider });
      const reservation = await newReservation();
      await node.confirm(reservation, 'tok_action');
      provider.answerForBank((await paymentOf(database, reservation)).id, true);
      await lapse(database, reservation);
      expect(await node.confirm(reservation)).toMatchObject({ outcome: 'booked', isNew: true });
    });
  });

  test('for seats that are let go of meanwhile pays for the others alone', async () => {
    const inner = createTestPaymentProvider();
    const reservation = await newReservation();
    let isFirst = true;
    const provider = meanwhile(inner, async () => {
      if (isFirst) await cancel(reservation, [1]);
      isFirst = false;
    });
    await using node = await PaymentNode.open({ database, provider });
    expect(await node.confirm(reservation, 'tok_ok')).toMatchObject({ booking: { seatIndexes: [2] } });
    await settleAll(database, node);
    expect(inner.ledger()).toMatchObject([
      { amount: priceOf([1, 2]), state: 'voided' },
      { amount: priceOf([2]), state: 'captured' },
    ]);
  });

  test('for a reservation that is cancelled meanwhile takes no money', async () => {
    const inner = createTestPaymentProvider();
    const reservation = await newReservation();
    const provider = meanwhile(inner, () => cancel(reservation, null));
    await using node = await PaymentNode.open({ database, provider });
    expect(await node.confirm(reservation)).toEqual({ outcome: 'not-active', status: 'CANCELLED' });
    await settleAll(database, node);
    expect(await endOf(database, inner, reservation)).toEqual({
      ...{ isBooked: false, payments: ['VOIDED'], money: ['voided'] },
    });
  });

  describe('by a method that is charged at once', () => {
    test('has nothing left to capture', async () => {
      const inner = createTestPaymentProvider();
      await using node = await PaymentNode.open({ database, provider: chargingAtOnce(inner) });
      const reservation = await newReservation();
      expect(await node.confirm(reservation)).toMatchObject({ outcome: 'booked' });
      expect(await endOf(database, inner, reservation)).toEqual({
        ...{ isBooked: true, payments: ['CAPTURED'], money: ['captured'] },
      });
    });

    test('is refunded if the seats are lost', async () => {
      const inner = createTestPaymentProvider();
      const reservation = await newReservation();
      const provider = meanwhile({ ...inner, ...chargingAtOnce(inner) }, async () => {
        await lapse(database, reservation);
        await hold(database, reservation.eventId, [1]);
      });
      await using node = await PaymentNode.open({ database, provider });
      expect(await node.confirm(reservation)).toMatchObject({ outcome: 'expired' });
      await settleAll(database, node);
      expect(await endOf(database, inner, reservation)).toEqual({
        ...{ isBooked: false, payments: ['REFUNDED'], money: ['refunded'] },
      });
    });
  });

  test('without an answer is found out by whoever asks next, and charged once', async () => {
    const inner = createTestPaymentProvider();
    let lost = true;
    const losing = async (answer: Promise<ProviderPayment>) => {
      await answer;
      if (lost) throw new Error('the answer was lost');
      return answer;
    };
    const provider: PaymentProvider = { ...inner, authorize: (...asked) => losing(inner.authorize(...asked)) };
    await using node = await PaymentNode.open({ database, provider });
    const [again, never] = [await newReservation(), await newReservation()];
    for (const reservation of [again, never]) {
      expect(await node.confirm(reservation, 'tok_ok')).toEqual({ outcome: 'payment-unavailable' });
      expect(await paymentOf(database, reservation)).toMatchObject({ state: 'AUTHORIZING' });
    }
    lost = false;
    expect(await node.confirm(again, 'tok_ok')).toMatchObject({ outcome: 'booked', isNew: true });
    await settleAll(database, node);
    for (const reservation of [again, never])
      expect(await endOf(database, inner, reservation)).toEqual({
        ...{ isBooked: true, payments: ['CAPTURED'], money: ['captured'] },
      });
  });

  test('is not cut short by a notice that comes while the card is being asked', async () => {
    const inner = createTestPaymentProvider();
    await using other = await PaymentNode.open({ database, provider: inner });
    const reservation = await newReservation();
    const provider: PaymentProvider = {
      ...inner,
      authorize: async (known, token, signal) => {
        const told = await other.flow.pursue(await paymentOf(database, reservation), signal, false);
        expect(told).toEqual({ outcome: 'pending' });
        return inner.authorize(known, token, signal);
      },
    };
    await using node = await PaymentNode.open({ database, provider });
    expect(await node.confirm(reservation)).toMatchObject({ outcome: 'booked', isNew: true });
    expect(only(inner.ledger()).state).not.toBe('voided');
  });

  test('begun with another provider is left to it', async () => {
    const inner = createTestPaymentProvider();
    const reservation = await newReservation();
    await using before = await PaymentNode.open({ database, provider: inner });
    await before.confirm(reservation, 'tok_action');
    await using node = await PaymentNode.open({ database, provider: { ...inner, name: 'another' } });
    expect(await node.confirm(reservation, 'tok_ok')).toEqual({ outcome: 'payment-unavailable' });
    await makeAllDue(database);
    await node.round();
    expect(await paymentOf(database, reservation)).toMatchObject({ state: 'ACTION_REQUIRED', attempts: 1 });
    expect(only(inner.ledger()).state).toBe('action-required');
    await before.confirm(reservation, 'tok_ok');
    await settleAll(database, before);
    expect((await endOf(database, inner, reservation)).isBooked).toBe(true);
  });

  test('of which the provider has another amount books nothing, and is given back', async () => {
    const inner = createTestPaymentProvider();
    const reservation = await newReservation();
    let amount = 1;
    const provider: PaymentProvider = {
      ...inner,
      authorize: async (...asked) => {
        const answer = await inner.authorize(...asked);
        return { ...answer, amount };
      },
    };
    await using node = await PaymentNode.open({ database, provider });
    expect(await node.confirm(reservation)).toEqual({ outcome: 'payment-unavailable' });
    amount = priceOf([1, 2]);
    expect(await node.confirm(reservation)).toMatchObject({ outcome: 'booked', isNew: true });
    await settleAll(database, node);
    const { money } = await endOf(database, inner, reservation);
    expect(money.filter((state) => state !== 'voided')).toEqual(['captured']);
  });

  test('that somebody at the provider has refunded before it was booked books nothing', async () => {
    const inner = createTestPaymentProvider();
    await using node = await PaymentNode.open({ database, provider: inner });
    const reservation = await newReservation();
    await node.confirm(reservation, 'tok_action');
    const { id } = await paymentOf(database, reservation);
    inner.answerForBank(id, true);
    const known = only(inner.ledger());
    await inner.capture(known, running());
    await inner.refund(known, { id: 'by hand', amount: 100 }, running());
    await settleAll(database, node);
    expect(await endOf(database, inner, reservation)).toEqual({
      ...{ isBooked: false, payments: ['REFUNDED'], money: ['refunded'] },
    });
  });
});
