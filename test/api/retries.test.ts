import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CreateEventDocument, SetSalesStatusDocument } from '../../src/client/generated/documents.ts';
import { createTestPaymentProvider } from '../../src/payments/test-provider.ts';
import { dataOf } from '../support/graphql.ts';
import { tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Buyer, bookingIn, countTypes, newBuyer, reservationIn } from './buyer.ts';
import { storedStatuses } from './store-view.ts';
import { startTwoNodes, type TwoNodes } from './two-nodes.ts';
import { eventInput, type Offer, offer, organizerToken, planOf, prices, seatAt } from './venue.ts';
import { watchSeatMap } from './watching.ts';

/** Long enough for ten confirmations in flight. */
const payment = createTestPaymentProvider({ latencyMs: 100 });
const clubTables = new URL('../events/plans/club-tables.json', import.meta.url);
const soon = { withinMs: 20_000 };

let nodes: TwoNodes;
let sale: Offer;

beforeAll(async () => {
  nodes = await startTwoNodes({ payment });
  sale = await offer(nodes.a, { seats: 200 });
});
afterAll(() => nodes?.[Symbol.asyncDispose]());

let nextSeat = 0;
/** Seats that no other test uses. */
const freshSeats = (count: number) => Array.from({ length: count }, () => nextSeat++);
const nodeOf = (nth: number) => (nth % 2 === 0 ? nodes.a : nodes.b);

describe('a reservation with an idempotency key', () => {
  test.each([false, true])('is made once by fifty copies at once (maps shown: %s)', async (mapsShown) => {
    const watches = mapsShown ? await Promise.all([nodes.a, nodes.b].map((node) => watchSeatMap(node, sale))) : [];
    const buyer = await newBuyer();
    const seats = freshSeats(2);
    const copies = Array.from({ length: 50 }, (_, nth) => buyer.reserve(nodeOf(nth), sale, seats, 'intent'));
    const outcomes = await Promise.all(copies);

    expect(countTypes(outcomes)).toEqual({ Reservation: 50 });
    expect(new Set(outcomes.map((outcome) => reservationIn(outcome).id)).size).toBe(1);
    const stored = await storedStatuses(nodes.b, sale);
    expect(seats.map((seat) => stored[seat])).toEqual(['RESERVED', 'RESERVED']);
    for (const watch of watches) await watch[Symbol.asyncDispose]();
  });

  test('is made once by fifty concurrent copies, although others want the same seats', async () => {
    const buyer = await newBuyer();
    const rivals = await Promise.all(Array.from({ length: 20 }, newBuyer));
    const seats = freshSeats(2);
    const [outcomes, others] = await Promise.all([
      Promise.all(Array.from({ length: 50 }, (_, nth) => buyer.reserve(nodeOf(nth), sale, seats, 'intent'))),
      Promise.all(rivals.map((rival, nth) => rival.reserve(nodeOf(nth), sale, seats, 'intent'))),
    ]);
    const won = new Set([...outcomes, ...others].flatMap((o) => (o.__typename === 'Reservation' ? o.id : [])));
    expect(won.size).toBe(1);
  });

  test('is refused for the same key with other seats, or for another event', async () => {
    const buyer = await newBuyer();
    const elsewhere = await offer(nodes.b);
    const [first = 0, second = 0] = freshSeats(2);
    const made = reservationIn(await buyer.reserve(nodes.a, sale, [first], 'intent'));
    expect(await buyer.reserve(nodes.b, sale, [second], 'intent')).toMatchObject({ __typename: 'IdempotencyConflict' });
    expect(await buyer.reserve(nodes.b, sale, [first, second], 'intent')).toMatchObject({
      __typename: 'IdempotencyConflict',
    });
    expect(await buyer.reserve(nodes.b, elsewhere, [first], 'intent')).toMatchObject({
      __typename: 'IdempotencyConflict',
    });
    expect(reservationIn(await buyer.reserve(nodes.b, sale, [first], 'intent')).id).toBe(made.id);
    // A refusal has no effect.
    const other = await newBuyer();
    reservationIn(await other.reserve(nodes.a, sale, [second], 'intent'));
    reservationIn(await other.reserve(nodes.a, elsewhere, [first], 'another intent'));
  });

  test('is returned by a retry in its current state, confirmed, cancelled or expired, and blocks no seats', async () => {
    const buyer = await newBuyer();
    const rival = await newBuyer();
    const [booked = 0, cancelled = 0] = freshSeats(2);
    const brief = await offer(nodes.a, { reservationSeconds: 1 });
    const bookedId = reservationIn(await buyer.reserve(nodes.a, sale, [booked], 'booked')).id;
    bookingIn(await buyer.confirm(nodes.b, bookedId));
    const cancelledId = reservationIn(await buyer.reserve(nodes.a, sale, [cancelled], 'cancelled')).id;
    reservationIn(await buyer.cancel(nodes.b, cancelledId));
    const expiredId = reservationIn(await buyer.reserve(nodes.a, brief, [0], 'expired')).id;
    const isExpired = async () => (await buyer.look(nodes.a, expiredId))?.status === 'EXPIRED';
    await waitFor(isExpired, { ...soon, what: 'the reservation to expire' });

    const retry = async (on: Offer, seat: number, key: string) =>
      reservationIn(await buyer.reserve(nodes.b, on, [seat], key));
    expect(await retry(sale, booked, 'booked')).toMatchObject({ id: bookedId, status: 'CONFIRMED' });
    expect(await retry(sale, cancelled, 'cancelled')).toMatchObject({ id: cancelledId, status: 'CANCELLED' });
    expect(await retry(brief, 0, 'expired')).toMatchObject({ id: expiredId, status: 'EXPIRED' });
    const soonTaken = async (on: Offer, seat: number) =>
      (await rival.reserve(nodes.a, on, [seat])).__typename === 'Reservation';
    await waitFor(() => soonTaken(sale, cancelled), { ...soon, what: 'the cancelled seat' });
    await waitFor(() => soonTaken(brief, 0), { ...soon, what: 'the lapsed seat' });
    expect(await retry(sale, cancelled, 'cancelled')).toMatchObject({ id: cancelledId, status: 'CANCELLED' });
    expect(await retry(brief, 0, 'expired')).toMatchObject({ id: expiredId, status: 'EXPIRED' });
  });

  test('is returned by a retry with its remaining seats', async () => {
    const buyer = await newBuyer();
    const seats = freshSeats(2);
    const [kept = 0, freed = 0] = seats;
    const made = reservationIn(await buyer.reserve(nodes.a, sale, seats, 'intent'));
    reservationIn(await buyer.cancel(nodes.a, made.id, [seatAt(sale.seatIds, freed)]));
    const again = reservationIn(await buyer.reserve(nodes.b, sale, seats, 'intent'));
    expect([again.id, again.seats.map(({ index }) => index)]).toEqual([made.id, [kept]]);
    const rival = await newBuyer();
    const isTaken = async () => (await rival.reserve(nodes.a, sale, [freed])).__typename === 'Reservation';
    await waitFor(isTaken, { ...soon, what: 'the freed seat' });
    expect(await rival.reserve(nodes.b, sale, [kept])).toMatchObject({ __typename: 'SeatsUnavailable' });
  });

  test('is checked again after a refused attempt', async () => {
    const [buyer, holder] = [await newBuyer(), await newBuyer()];
    const [seat = 0] = freshSeats(1);
    const held = reservationIn(await holder.reserve(nodes.a, sale, [seat]));
    expect(await buyer.reserve(nodes.b, sale, [seat], 'intent')).toMatchObject({
      __typename: 'SeatsUnavailable',
      seatIds: [seatAt(sale.seatIds, seat)],
    });
    reservationIn(await holder.cancel(nodes.a, held.id));
    const isTaken = async () => (await buyer.reserve(nodes.b, sale, [seat], 'intent')).__typename === 'Reservation';
    await waitFor(isTaken, { ...soon, what: 'the seat' });
  });

  test('belongs to one viewer: the same key of another means nothing', async () => {
    const [one, other] = [await newBuyer(), await newBuyer()];
    const [first = 0, second = 0] = freshSeats(2);
    const made = reservationIn(await one.reserve(nodes.a, sale, [first], 'intent'));
    expect(reservationIn(await other.reserve(nodes.b, sale, [second], 'intent')).id).not.toBe(made.id);
  });
});

describe('confirming', () => {
  test('a second time gives the same booking', async () => {
    const buyer = await newBuyer();
    const before = payment.ledger().length;
    const { id } = reservationIn(await buyer.reserve(nodes.a, sale, freshSeats(2)));
    const booking = bookingIn(await buyer.confirm(nodes.a, id));
    expect(bookingIn(await buyer.confirm(nodes.b, id, 'tok_decline'))).toEqual(booking);
    expect(payment.ledger().slice(before)).toHaveLength(1);
  });

  test('ten times concurrently creates one booking, and one payment', async () => {
    const buyer = await newBuyer();
    const before = payment.ledger().length;
    const { id } = reservationIn(await buyer.reserve(nodes.a, sale, freshSeats(2)));
    const outcomes = await Promise.all(Array.from({ length: 10 }, (_, nth) => buyer.confirm(nodeOf(nth), id)));
    expect(new Set(outcomes.map((outcome) => bookingIn(outcome).id)).size).toBe(1);

    const states = () =>
      payment
        .ledger()
        .slice(before)
        .map(({ state }) => state);
    await waitFor(() => states().includes('captured'), { ...soon, what: 'the payment to be captured' });
    expect(states()).toEqual(['captured']);
  });
});

describe('a change with an idempotency key', () => {
  test('is made once by ten concurrent copies', async () => {
    const buyer = await newBuyer();
    const { id, extensionsLeft } = reservationIn(await buyer.reserve(nodes.a, sale, freshSeats(1)));
    const tenTimes = <Outcome>(send: (nth: number) => Promise<Outcome>) =>
      Promise.all(Array.from({ length: 10 }, (_, nth) => send(nth)));
    const extended = await tenTimes((nth) => buyer.extend(nodeOf(nth), id, 'intent'));
    expect(new Set(extended.map((outcome) => reservationIn(outcome).extensionsLeft))).toEqual(
      new Set([extensionsLeft - 1]),
    );
    const cancelled = await tenTimes((nth) => buyer.cancel(nodeOf(nth), id, null, 'intent'));
    expect(new Set(cancelled.map((outcome) => reservationIn(outcome).status))).toEqual(new Set(['CANCELLED']));
    expect(await buyer.cancel(nodes.a, id)).toMatchObject({ __typename: 'ReservationNotActive' });
    expect(reservationIn(await buyer.extend(nodes.b, id, 'intent')).status).toBe('CANCELLED');
  });
});

describe('a key that was used for other contents', () => {
  const conflict = { __typename: 'IdempotencyConflict', code: 'IDEMPOTENCY_CONFLICT' };
  const seatIds = (...seats: readonly number[]) => seats.map((seat) => seatAt(sale.seatIds, seat));
  const held = async (buyer: Buyer, seats: readonly number[]) =>
    reservationIn(await buyer.reserve(nodes.a, sale, seats)).id;

  test('releases no other seats, and not those of another reservation', async () => {
    const buyer = await newBuyer();
    const [one = 0, other = 0, third = 0] = freshSeats(3);
    const id = await held(buyer, [one, other]);
    const elsewhere = await held(buyer, [third]);
    const left = reservationIn(await buyer.cancel(nodes.a, id, seatIds(one), 'intent'));
    expect(left.seats.map(({ index }) => index)).toEqual([other]);
    expect(await buyer.cancel(nodes.b, id, seatIds(other), 'intent')).toMatchObject(conflict);
    expect(await buyer.cancel(nodes.b, id, null, 'intent')).toMatchObject(conflict);
    expect(await buyer.cancel(nodes.b, elsewhere, seatIds(one), 'intent')).toMatchObject(conflict);
    expect(await buyer.cancel(nodes.b, elsewhere, null, 'intent')).toMatchObject(conflict);
    expect(await buyer.look(nodes.b, elsewhere)).toMatchObject({ status: 'ACTIVE' });
    expect(reservationIn(await buyer.cancel(nodes.b, id, seatIds(one), 'intent'))).toMatchObject({ status: 'ACTIVE' });
  });

  test('extends no other reservation', async () => {
    const buyer = await newBuyer();
    const [one, other] = [await held(buyer, freshSeats(1)), await held(buyer, freshSeats(1))];
    const extended = reservationIn(await buyer.extend(nodes.a, one, 'intent'));
    expect(await buyer.extend(nodes.b, other, 'intent')).toMatchObject(conflict);
    expect(reservationIn(await buyer.extend(nodes.b, one, 'intent')).extensionsLeft).toBe(extended.extensionsLeft);
  });

  test('returns the current reservation after its seats were booked', async () => {
    const buyer = await newBuyer();
    const [gone = 0, kept = 0] = freshSeats(2);
    const id = await held(buyer, [gone, kept]);
    reservationIn(await buyer.cancel(nodes.a, id, seatIds(gone), 'intent'));
    bookingIn(await buyer.confirm(nodes.b, id));
    expect(await buyer.cancel(nodes.b, id, seatIds(gone), 'intent')).toMatchObject({ id, status: 'CONFIRMED' });
    expect(await buyer.cancel(nodes.b, id, seatIds(kept), 'intent')).toMatchObject(conflict);
    expect(await buyer.cancel(nodes.b, id, seatIds(kept))).toMatchObject({ reservationStatus: 'CONFIRMED' });
  });

  test('is checked again after a refusal, with any contents', async () => {
    const buyer = await newBuyer();
    const [one = 0, other = 0] = freshSeats(2);
    const id = await held(buyer, [one]);
    expect(await buyer.cancel(nodes.a, id, seatIds(other), 'intent')).toMatchObject({ __typename: 'InvalidInput' });
    expect(reservationIn(await buyer.cancel(nodes.b, id, seatIds(one), 'intent')).status).toBe('CANCELLED');
  });

  test('is the key of one viewer and one mutation: another may use it', async () => {
    const [buyer, other] = [await newBuyer(), await newBuyer()];
    const theirs = await held(other, freshSeats(1));
    const made = reservationIn(await buyer.reserve(nodes.a, sale, freshSeats(1), 'intent'));
    reservationIn(await buyer.extend(nodes.b, made.id, 'intent'));
    expect(reservationIn(await buyer.cancel(nodes.a, made.id, null, 'intent')).status).toBe('CANCELLED');
    expect(reservationIn(await other.cancel(nodes.b, theirs, null, 'intent')).status).toBe('CANCELLED');
  });

  test('has effect once, among concurrent requests on two nodes', async () => {
    const buyer = await newBuyer();
    const ids = [await held(buyer, freshSeats(1)), await held(buyer, freshSeats(1))];
    const send = (nth: number) => buyer.cancel(nodeOf(nth >> 1), ids[nth % 2] ?? '', null, 'intent');
    const outcomes = await Promise.all(Array.from({ length: 12 }, (_, nth) => send(nth)));
    expect(countTypes(outcomes)).toEqual({ Reservation: 6, IdempotencyConflict: 6 });
    const looks = await Promise.all(ids.map((id) => buyer.look(nodes.a, id)));
    expect(looks.map((look) => look?.status).toSorted()).toEqual(['ACTIVE', 'CANCELLED']);
  });

  test.each(['', 'x'.repeat(201), 'a\nb', '\u0000', '\ud800'])(
    'is refused where it is no usable key: %j',
    async (key) => {
      const buyer = await newBuyer();
      const [seat = 0] = freshSeats(1);
      const id = await held(buyer, [seat]);
      const refused = { __typename: 'InvalidInput', path: ['idempotencyKey'] };
      expect(await buyer.reserve(nodes.a, sale, [seat], key)).toMatchObject(refused);
      expect(await buyer.extend(nodes.a, id, key)).toMatchObject(refused);
      expect(await buyer.cancel(nodes.a, id, null, key)).toMatchObject(refused);
      const variables = { input: { ...eventInput, idempotencyKey: key } };
      const created = await dataOf(nodes.a.graphqlUrl, CreateEventDocument, variables, await organizerToken);
      expect(created.createEvent).toMatchObject(refused);
    },
  );

  test('has up to 200 characters of any kind', async () => {
    const buyer = await newBuyer();
    const key = '🎭'.repeat(200);
    const made = reservationIn(await buyer.reserve(nodes.a, sale, freshSeats(1), key));
    expect(reservationIn(await buyer.cancel(nodes.b, made.id, null, key)).status).toBe('CANCELLED');
  });
});

describe('creating an event with an idempotency key', () => {
  const create = async (nth: number, over: Record<string, unknown>, by = organizerToken) => {
    const input = { ...eventInput, ...over };
    return (await dataOf(nodeOf(nth).graphqlUrl, CreateEventDocument, { input }, await by)).createEvent;
  };
  const idOf = (created: Awaited<ReturnType<typeof create>>) => (created.__typename === 'Event' ? created.id : null);

  test('creates one event, and returns its current state to retries', async () => {
    const copies = await Promise.all(Array.from({ length: 6 }, (_, nth) => create(nth, { idempotencyKey: 'gala' })));
    const [eventId] = copies.map(idOf);
    expect(new Set(copies.map(idOf))).toEqual(new Set([eventId]));
    const variables = { input: { eventId: eventId ?? '', salesStatus: 'ON_SALE' as const } };
    await dataOf(nodes.a.graphqlUrl, SetSalesStatusDocument, variables, await organizerToken);
    expect(await create(1, { idempotencyKey: 'gala' })).toMatchObject({ id: eventId, salesStatus: 'ON_SALE' });
  });

  test('recognizes a plan with all kinds of elements', async () => {
    const plan = JSON.parse(await readFile(clubTables, 'utf8')) as { categories: { name: string }[] };
    const amounts = plan.categories.map(({ name }) => ({ category: name, amount: 1_000 }));
    const input = { plan, prices: amounts, idempotencyKey: 'club night' };
    const eventId = idOf(await create(0, input));
    expect(eventId).not.toBeNull();
    expect(idOf(await create(1, input))).toBe(eventId);
  });

  test('is refused for the same key with other contents', async () => {
    await create(0, { idempotencyKey: 'matinee' });
    const others = [
      { name: 'Macbeth' },
      { startsAt: '2030-05-01T19:30:00.001Z' },
      { timeZone: 'Europe/Berlin' },
      { reservationSeconds: 61 },
      { plan: planOf(21) },
      { prices: [{ category: 'Front', amount: 5001 }, ...prices.slice(1)] },
    ];
    for (const over of others) {
      const refused = { __typename: 'IdempotencyConflict', code: 'IDEMPOTENCY_CONFLICT' };
      expect(await create(1, { ...over, idempotencyKey: 'matinee' })).toMatchObject(refused);
    }
  });

  test('means nothing to other organizers', async () => {
    const mine = await create(0, { idempotencyKey: 'premiere' });
    const theirs = await create(0, { idempotencyKey: 'premiere' }, tokenFor('another organizer', ['ORGANIZER']));
    expect(idOf(theirs)).not.toBe(idOf(mine));
    expect(idOf(theirs)).not.toBeNull();
  });
});
