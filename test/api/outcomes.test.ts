import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, isUnionType } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import {
  BlockSeatsDocument,
  CancelReservationDocument,
  ClaimGuestDocument,
  ConfirmReservationDocument,
  CreateEventDocument,
  ExtendReservationDocument,
  ReservationDocument,
  ReserveSeatsDocument,
  SetSalesStatusDocument,
  UnblockSeatsDocument,
} from '../../src/client/generated/documents.ts';
import type { PaymentProvider } from '../../src/payments/payment-provider.ts';
import { createTestPaymentProvider } from '../../src/payments/test-provider.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf, guestToken } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';
import { eventInput, type Offer, offer, organizerToken, reserve, seatAt } from './venue.ts';

const database = await testDatabase();
const limits = { MAX_ACTIVE_RESERVATIONS: '2', MAX_SEATS_PER_RESERVATION: '4', MAX_EXTENSIONS: '1' };

let node: App;
/** On the same store, with two mutations a minute. */
let strict: App;
/** On a store that is stopped once it has data. */
let cutOff: App;
let ownStore: PostgresServer;
let hamlet: Offer;

beforeAll(async () => {
  node = await startNode({ env: { ...limits, DATABASE_URL: database.url }, payment: fallibleProvider() });
  strict = await startNode({ env: { ...limits, DATABASE_URL: database.url, RATE_LIMIT_PER_MINUTE: '2' } });
  ownStore = await startPostgres();
  cutOff = await startNode({ env: { DATABASE_URL: await ownStore.createDatabase() } });
  hamlet = await offer(node, { seats: 100 });
});
afterAll(async () => {
  await Promise.all([node, strict, cutOff].map((app) => app?.[Symbol.asyncDispose]()));
  await ownStore?.[Symbol.asyncDispose]();
});

/** The test provider, which fails for one token. */
function fallibleProvider(): PaymentProvider {
  const provider = createTestPaymentProvider();
  return {
    ...provider,
    authorize: async (payment, token, signal) => {
      if (token === 'tok_fault') throw new Error('no answer');
      return provider.authorize(payment, token, signal);
    },
  };
}

interface Outcome {
  readonly __typename: string;
}
type Outcomes = Readonly<Record<string, Outcome>>;

/** Outcome types seen in this file, by mutation. */
const reached = new Map<string, Set<string>>();

/** Sends a mutation as the viewer, and records its outcome. */
async function outcome<Data extends Outcomes, Input>(
  document: TypedDocumentNode<Data, { readonly input: Input }>,
  input: Input,
  { token, at = node }: { readonly token: string; readonly at?: App },
): Promise<Data[keyof Data]> {
  const data = await dataOf(at.graphqlUrl, document, { input }, token);
  for (const [field, { __typename }] of Object.entries(data)) {
    reached.set(field, (reached.get(field) ?? new Set()).add(__typename));
  }
  return Object.values(data)[0] as Data[keyof Data];
}

let viewers = 0;
const newViewer = () => tokenFor(`buyer ${++viewers}`);

let nextSeat = 0;
/** Seats of the shared event that no other test uses. */
const freshSeats = (count: number) => Array.from({ length: count }, () => nextSeat++);
const idsOf = (indexes: readonly number[]) => indexes.map((index) => seatAt(hamlet.seatIds, index));

const unknown = {
  event: 'event_0000000000000000000001',
  seat: 'seat_0000000000000000000001_0',
  reservation: 'reservation_0000000000000000000001_0000000000000000000001',
};

/** An expired reservation. */
async function lapsed(token: string) {
  const brief = await offer(node, { reservationSeconds: 1 });
  const reservation = await reserve(node, brief, [0], token);
  const status = async () =>
    (await dataOf(node.graphqlUrl, ReservationDocument, { id: reservation.id }, token)).reservation?.status;
  await waitFor(async () => (await status()) === 'EXPIRED', { withinMs: 5_000, what: 'the reservation to expire' });
  return { reservation, seatId: seatAt(brief.seatIds, 0) };
}

describe('reserveSeats', () => {
  test('returns the reservation, and the same for the same key', async () => {
    const token = await newViewer();
    const seats = freshSeats(2);
    const input = { eventId: hamlet.eventId, seatIds: idsOf(seats), idempotencyKey: 'first' };
    const reserved = await outcome(ReserveSeatsDocument, input, { token });
    expect(reserved).toMatchObject({
      __typename: 'Reservation',
      status: 'ACTIVE',
      event: { id: hamlet.eventId, name: 'Hamlet' },
      seats: [
        { id: input.seatIds[0], index: 0, label: 'Stalls, row 1, seat 1', category: { name: 'Front' } },
        { id: input.seatIds[1], index: 1, label: 'Stalls, row 1, seat 2', category: { name: 'Front' } },
      ],
      total: { amount: 10_000, currency: 'EUR' },
      extensionsLeft: 1,
      booking: null,
    });
    if (reserved.__typename !== 'Reservation') return expect.fail();
    expect(Date.parse(reserved.expiresAt) - Date.parse(reserved.createdAt)).toBe(600_000);
    expect(reserved.expiresInMs).toBeGreaterThan(590_000);
    expect(reserved.expiresInMs).toBeLessThanOrEqual(600_000);

    const again = await outcome(ReserveSeatsDocument, { ...input, seatIds: input.seatIds.toReversed() }, { token });
    expect(again).toMatchObject({ __typename: 'Reservation', id: reserved.id, expiresAt: reserved.expiresAt });
    const other = await outcome(ReserveSeatsDocument, { ...input, seatIds: idsOf(freshSeats(1)) }, { token });
    expect(other).toEqual({
      __typename: 'IdempotencyConflict',
      code: 'IDEMPOTENCY_CONFLICT',
      message: expect.stringContaining('idempotency key'),
    });
  });

  test('names exactly the taken seats', async () => {
    const [mine = 0, free = 0, booked = 0] = freshSeats(3);
    const holder = await newViewer();
    await reserve(node, hamlet, [mine], holder);
    const { id: reservationId } = await reserve(node, hamlet, [booked], holder);
    await outcome(ConfirmReservationDocument, { reservationId }, { token: holder });
    const input = { eventId: hamlet.eventId, seatIds: idsOf([booked, free, mine]) };
    expect(await outcome(ReserveSeatsDocument, input, { token: await newViewer() })).toEqual({
      __typename: 'SeatsUnavailable',
      code: 'SEATS_UNAVAILABLE',
      message: '2 seats are taken.',
      seatIds: idsOf([mine, booked]),
    });
  });

  const wrongInputs: readonly [string, { seatIds: readonly string[]; idempotencyKey?: string }, string[]][] = [
    ['no seats', { seatIds: [] }, ['seatIds']],
    ['a seat twice', { seatIds: [unknown.seat, 'x', unknown.seat] }, ['seatIds', '2']],
    ['an empty key', { seatIds: [unknown.seat], idempotencyKey: '' }, ['idempotencyKey']],
    ['a long key', { seatIds: [unknown.seat], idempotencyKey: 'k'.repeat(201) }, ['idempotencyKey']],
    ['a key with a control character', { seatIds: [unknown.seat], idempotencyKey: 'k\0' }, ['idempotencyKey']],
  ];
  test.each(wrongInputs)('refuses %s, whatever else is wrong', async (_, input, path) => {
    const refused = await outcome(
      ReserveSeatsDocument,
      { eventId: unknown.event, ...input },
      { token: await newViewer() },
    );
    const fault = { message: expect.any(String), path };
    expect(refused).toEqual({ __typename: 'InvalidInput', code: 'INVALID_INPUT', ...fault, faults: [fault] });
  });

  test('keeps to the order of precedence before the store is asked', async () => {
    const token = await newViewer();
    const tooMany = idsOf(freshSeats(5));
    const reserveIt = (input: { eventId: string; seatIds: readonly string[]; idempotencyKey?: string }) =>
      outcome(ReserveSeatsDocument, input, { token });

    const twice = await reserveIt({ eventId: unknown.event, seatIds: [...tooMany, seatAt(tooMany, 0)] });
    expect(twice).toMatchObject({ __typename: 'InvalidInput', path: ['seatIds', '5'] });
    expect(await reserveIt({ eventId: unknown.event, seatIds: tooMany })).toEqual({
      __typename: 'ReservationLimitExceeded',
      code: 'RESERVATION_LIMIT_EXCEEDED',
      message: expect.stringContaining('4 seats'),
      limit: 4,
      scope: 'RESERVATION',
    });
    expect(await reserveIt({ eventId: unknown.event, seatIds: [unknown.seat] })).toEqual({
      __typename: 'NotFound',
      code: 'NOT_FOUND',
      message: 'There is no such event.',
    });
    const [seatId = ''] = tooMany;
    await reserveIt({ eventId: hamlet.eventId, seatIds: [seatId], idempotencyKey: 'used' });
    const foreign = { eventId: hamlet.eventId, seatIds: [seatId, unknown.seat], idempotencyKey: 'used' };
    expect(await reserveIt(foreign)).toMatchObject({ __typename: 'InvalidInput', path: ['seatIds', '1'] });
  });

  test('keeps to the order of precedence in the store', async () => {
    const token = await newViewer();
    const small = await offer(node);
    const seatIds = small.seatIds.slice(0, 1);
    const first = await outcome(
      ReserveSeatsDocument,
      { eventId: small.eventId, seatIds, idempotencyKey: 'a' },
      { token },
    );
    await reserve(node, small, [1], token);
    const organizer = { token: await organizerToken };
    await outcome(SetSalesStatusDocument, { eventId: small.eventId, salesStatus: 'PAUSED' }, organizer);

    const retry = await outcome(
      ReserveSeatsDocument,
      { eventId: small.eventId, seatIds, idempotencyKey: 'a' },
      { token },
    );
    expect(retry).toMatchObject({ __typename: 'Reservation', id: Reflect.get(first, 'id') });
    const misused = { eventId: small.eventId, seatIds: small.seatIds.slice(3, 4), idempotencyKey: 'a' };
    expect((await outcome(ReserveSeatsDocument, misused, { token })).__typename).toBe('IdempotencyConflict');
    const third = { eventId: small.eventId, seatIds: small.seatIds.slice(3, 4) };
    expect(await outcome(ReserveSeatsDocument, third, { token })).toEqual({
      __typename: 'SalesNotOpen',
      code: 'SALES_NOT_OPEN',
      message: expect.any(String),
      salesStatus: 'PAUSED',
    });
    await outcome(SetSalesStatusDocument, { eventId: small.eventId, salesStatus: 'ON_SALE' }, organizer);
    expect(await outcome(ReserveSeatsDocument, third, { token })).toEqual({
      __typename: 'ReservationLimitExceeded',
      code: 'RESERVATION_LIMIT_EXCEEDED',
      message: expect.stringContaining('2 active reservations'),
      limit: 2,
      scope: 'VIEWER',
    });
  });
});

describe('extendReservation', () => {
  test('moves the deadline as often as allowed', async () => {
    const token = await newViewer();
    const { id: reservationId, expiresAt } = await reserve(node, hamlet, freshSeats(1), token);
    const extended = await outcome(ExtendReservationDocument, { reservationId }, { token });
    expect(extended).toMatchObject({
      __typename: 'Reservation',
      id: reservationId,
      extensionsLeft: 0,
      status: 'ACTIVE',
    });
    if (extended.__typename !== 'Reservation') return expect.fail();
    expect(Date.parse(extended.expiresAt) - Date.parse(expiresAt)).toBe(300_000);
    expect(await outcome(ExtendReservationDocument, { reservationId }, { token })).toEqual({
      __typename: 'ExtensionLimitReached',
      code: 'EXTENSION_LIMIT_REACHED',
      message: expect.any(String),
      limit: 1,
    });
    const others = await outcome(ExtendReservationDocument, { reservationId }, { token: await newViewer() });
    expect(others).toEqual({ __typename: 'NotFound', code: 'NOT_FOUND', message: 'There is no such reservation.' });
  });

  test('is refused once the reservation has ended', async () => {
    const token = await newViewer();
    const { id: reservationId } = await reserve(node, hamlet, freshSeats(1), token);
    await outcome(CancelReservationDocument, { reservationId }, { token });
    expect(await outcome(ExtendReservationDocument, { reservationId }, { token })).toEqual({
      __typename: 'ReservationNotActive',
      code: 'RESERVATION_NOT_ACTIVE',
      message: 'The reservation is cancelled.',
      reservationStatus: 'CANCELLED',
    });
    const { reservation } = await lapsed(token);
    expect(await outcome(ExtendReservationDocument, { reservationId: reservation.id }, { token })).toEqual({
      __typename: 'ReservationExpired',
      code: 'RESERVATION_EXPIRED',
      message: 'The reservation has expired.',
      expiredAt: reservation.expiresAt,
    });
  });
});

describe('confirmReservation', () => {
  test('returns the booking, and the same for another payment', async () => {
    const token = await newViewer();
    const { id: reservationId, seats } = await reserve(node, hamlet, freshSeats(2), token);
    expect(
      await outcome(ConfirmReservationDocument, { reservationId, paymentToken: 'tok_decline' }, { token }),
    ).toEqual({
      __typename: 'PaymentFailed',
      code: 'PAYMENT_FAILED',
      message: expect.any(String),
      reason: 'card_declined',
    });
    expect(await outcome(ConfirmReservationDocument, { reservationId, paymentToken: 'tok_fault' }, { token })).toEqual({
      __typename: 'ServiceBusy',
      code: 'SERVICE_BUSY',
      message: expect.any(String),
      retryAfterMs: expect.any(Number),
    });
    expect(await outcome(ConfirmReservationDocument, { reservationId, paymentToken: 'tok_action' }, { token })).toEqual(
      {
        __typename: 'PaymentActionRequired',
        code: 'PAYMENT_ACTION_REQUIRED',
        message: expect.any(String),
        clientSecret: expect.stringMatching(/^test_secret_/),
        expiresInMs: expect.any(Number),
      },
    );
    const booked = await outcome(ConfirmReservationDocument, { reservationId, paymentToken: 'tok_ok' }, { token });
    expect(booked).toMatchObject({
      __typename: 'Booking',
      reference: expect.stringMatching(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/),
      event: {
        ...{ id: hamlet.eventId, name: 'Hamlet', venue: 'Great Hall' },
        ...{ startsAt: '2030-05-01T19:30:00.000Z', timeZone: 'UTC' },
      },
      seats: seats.map(({ id }) => ({ id })),
      status: 'CONFIRMED',
      total: { amount: 10_000, currency: 'EUR' },
    });
    for (const paymentToken of [undefined, 'tok_decline']) {
      expect(await outcome(ConfirmReservationDocument, { reservationId, paymentToken }, { token })).toEqual(booked);
    }
    const { reservation } = await dataOf(node.graphqlUrl, ReservationDocument, { id: reservationId }, token);
    expect(reservation).toMatchObject({
      status: 'CONFIRMED',
      expiresInMs: 0,
      extensionsLeft: 0,
      booking: { id: Reflect.get(booked, 'id') },
    });
  });

  test('refuses an invalid payment token', async () => {
    const token = await newViewer();
    const { id: reservationId } = await reserve(node, hamlet, freshSeats(1), token);
    for (const paymentToken of ['tok\0ok', 'tok\ud800ok', 'tok\nok', 't'.repeat(1_001)])
      expect(await outcome(ConfirmReservationDocument, { reservationId, paymentToken }, { token })).toMatchObject({
        __typename: 'InvalidInput',
        code: 'INVALID_INPUT',
        path: ['paymentToken'],
      });
  });

  test('is refused to others, and once the reservation has ended, before any payment', async () => {
    const token = await newViewer();
    const paymentToken = 'tok_decline';
    const { id: reservationId } = await reserve(node, hamlet, freshSeats(1), token);
    const others = await outcome(
      ConfirmReservationDocument,
      { reservationId, paymentToken },
      { token: await newViewer() },
    );
    expect(others.__typename).toBe('NotFound');
    await outcome(CancelReservationDocument, { reservationId }, { token });
    expect(await outcome(ConfirmReservationDocument, { reservationId, paymentToken }, { token })).toMatchObject({
      __typename: 'ReservationNotActive',
      reservationStatus: 'CANCELLED',
    });
    const { reservation } = await lapsed(token);
    expect(
      await outcome(ConfirmReservationDocument, { reservationId: reservation.id, paymentToken }, { token }),
    ).toMatchObject({
      __typename: 'ReservationExpired',
      expiredAt: reservation.expiresAt,
    });
  });
});

describe('cancelReservation', () => {
  test('releases some seats, and then all', async () => {
    const token = await newViewer();
    const [kept = 0, given = 0] = freshSeats(2);
    const { id: reservationId } = await reserve(node, hamlet, [kept, given], token);
    const some = await outcome(CancelReservationDocument, { reservationId, seatIds: idsOf([given]) }, { token });
    expect(some).toMatchObject({ __typename: 'Reservation', status: 'ACTIVE', seats: [{ index: kept }] });
    const all = await outcome(CancelReservationDocument, { reservationId }, { token });
    expect(all).toMatchObject({
      __typename: 'Reservation',
      status: 'CANCELLED',
      seats: [{ index: kept }],
      expiresInMs: 0,
    });
    await reserve(node, hamlet, [kept, given], await newViewer());
  });

  test('keeps to the order of precedence', async () => {
    const token = await newViewer();
    const { id: reservationId } = await reserve(node, hamlet, freshSeats(1), token);
    const cancel = (input: { reservationId: string; seatIds?: readonly string[] }, as = token) =>
      outcome(CancelReservationDocument, input, { token: as });

    expect(await cancel({ reservationId: unknown.reservation, seatIds: [] })).toMatchObject({ path: ['seatIds'] });
    const twice = [unknown.seat, unknown.seat];
    expect(await cancel({ reservationId: 'no id', seatIds: twice })).toMatchObject({ path: ['seatIds', '1'] });
    expect((await cancel({ reservationId: unknown.reservation, seatIds: [unknown.seat] })).__typename).toBe('NotFound');
    expect((await cancel({ reservationId, seatIds: [unknown.seat] }, await newViewer())).__typename).toBe('NotFound');
    const [held = ''] = idsOf([nextSeat - 1]);
    const fault = { message: expect.any(String), path: ['seatIds', '1'] };
    expect(await cancel({ reservationId, seatIds: [held, unknown.seat] })).toEqual({
      __typename: 'InvalidInput',
      code: 'INVALID_INPUT',
      ...fault,
      faults: [fault],
    });
    await cancel({ reservationId });
    expect(await cancel({ reservationId, seatIds: [unknown.seat] })).toMatchObject({
      __typename: 'ReservationNotActive',
      reservationStatus: 'CANCELLED',
    });
    const { reservation } = await lapsed(token);
    expect((await cancel({ reservationId: reservation.id, seatIds: [unknown.seat] })).__typename).toBe(
      'ReservationExpired',
    );
  });
});

test('the outcomes of organizers', async () => {
  const as = { token: await organizerToken };
  const created = await outcome(CreateEventDocument, eventInput, as);
  expect(created).toMatchObject({ __typename: 'Event', name: 'Hamlet', venue: 'Great Hall', salesStatus: 'DRAFT' });
  const nameless = await outcome(CreateEventDocument, { ...eventInput, name: ' ', plan: {} }, as);
  const fault = { message: expect.any(String), path: ['name'] };
  expect(nameless).toEqual({ __typename: 'InvalidInput', code: 'INVALID_INPUT', ...fault, faults: [fault] });

  const status = await outcome(SetSalesStatusDocument, { eventId: unknown.event, salesStatus: 'CLOSED' }, as);
  expect(status).toEqual({ __typename: 'NotFound', code: 'NOT_FOUND', message: 'There is no such event.' });

  const [taken = 0, other = 0] = freshSeats(2);
  await reserve(node, hamlet, [taken], await newViewer());
  const blocking = [
    (eventId: string, seatIds: readonly string[]) => outcome(BlockSeatsDocument, { eventId, seatIds }, as),
    (eventId: string, seatIds: readonly string[]) => outcome(UnblockSeatsDocument, { eventId, seatIds }, as),
  ];
  for (const to of blocking) {
    expect((await to(unknown.event, [])).__typename).toBe('NotFound');
    expect(await to(hamlet.eventId, [])).toMatchObject({ __typename: 'InvalidInput', path: ['seatIds'] });
    const foreign = await to(hamlet.eventId, [...idsOf([taken]), unknown.seat]);
    expect(foreign).toMatchObject({ __typename: 'InvalidInput', path: ['seatIds', '1'] });
    expect(await to(hamlet.eventId, idsOf([taken, other]))).toMatchObject({
      __typename: 'SeatsUnavailable',
      seatIds: idsOf([taken]),
    });
    expect(await to(hamlet.eventId, idsOf([other]))).toMatchObject({ __typename: 'Event', id: hamlet.eventId });
  }
});

test('claimGuest returns the viewer, and refuses what is no token of a guest', async () => {
  const as = { token: await newViewer() };
  const claimed = await outcome(ClaimGuestDocument, { guestToken: await guestToken(node.graphqlUrl) }, as);
  expect(claimed).toEqual({ __typename: 'Viewer', id: expect.stringMatching(/^buyer /), roles: ['CUSTOMER'] });
  expect(await outcome(ClaimGuestDocument, { guestToken: 'x' }, as)).toMatchObject({
    ...{ __typename: 'InvalidInput', path: ['guestToken'] },
  });
});

test('too many mutations cause RateLimited, before any other check', async () => {
  const token = await newViewer();
  const as = { token, at: strict };
  const { id: reservationId } = await reserve(strict, hamlet, freshSeats(1), token);
  await outcome(ExtendReservationDocument, { reservationId }, as);
  const limited = {
    __typename: 'RateLimited',
    code: 'RATE_LIMITED',
    message: expect.any(String),
    retryAfterMs: expect.any(Number),
    cause: 'REQUESTS',
  };
  const reserved = await outcome(ReserveSeatsDocument, { eventId: 'x', seatIds: [] }, as);
  expect(reserved).toEqual(limited);
  expect(Reflect.get(reserved, 'retryAfterMs')).toBeGreaterThan(0);
  expect(Reflect.get(reserved, 'retryAfterMs')).toBeLessThanOrEqual(60_000);
  expect(await outcome(ExtendReservationDocument, { reservationId: 'x' }, as)).toEqual(limited);
  expect(await outcome(ConfirmReservationDocument, { reservationId: 'x' }, as)).toEqual(limited);
  expect(await outcome(CancelReservationDocument, { reservationId, seatIds: [] }, as)).toEqual(limited);
  expect(await outcome(ClaimGuestDocument, { guestToken: 'x' }, as)).toEqual(limited);
  const organizer = { token: await tokenFor('an organizer in a hurry', ['ORGANIZER']), at: strict };
  const { eventId } = hamlet;
  for (const _ of [1, 2]) await outcome(SetSalesStatusDocument, { eventId, salesStatus: 'ON_SALE' }, organizer);
  expect(await outcome(CreateEventDocument, { ...eventInput, name: '' }, organizer)).toEqual(limited);
  expect(await outcome(SetSalesStatusDocument, { eventId, salesStatus: 'ON_SALE' }, organizer)).toEqual(limited);
  expect(await outcome(BlockSeatsDocument, { eventId, seatIds: [] }, organizer)).toEqual(limited);
  expect(await outcome(UnblockSeatsDocument, { eventId, seatIds: [] }, organizer)).toEqual(limited);
});

interface Change {
  readonly reservationId: string;
  readonly idempotencyKey: string;
}

test('a reused key causes IdempotencyConflict, and an invalid one InvalidInput', async () => {
  const token = await newViewer();
  const one = await reserve(node, hamlet, freshSeats(1), token);
  const other = await reserve(node, hamlet, freshSeats(1), token);
  const conflict = { __typename: 'IdempotencyConflict', code: 'IDEMPOTENCY_CONFLICT', message: expect.any(String) };
  const changes = [
    (input: Change) => outcome(ExtendReservationDocument, input, { token }),
    (input: Change) => outcome(CancelReservationDocument, input, { token }),
  ];
  for (const change of changes) {
    const idempotencyKey = 'intent';
    expect(await change({ reservationId: one.id, idempotencyKey })).toMatchObject({ __typename: 'Reservation' });
    expect(await change({ reservationId: other.id, idempotencyKey })).toEqual(conflict);
    expect(await change({ reservationId: 'x', idempotencyKey: '' })).toMatchObject({ path: ['idempotencyKey'] });
  }
  const as = { token: await organizerToken };
  const event = { ...eventInput, idempotencyKey: 'matinee' };
  expect(await outcome(CreateEventDocument, event, as)).toMatchObject({ __typename: 'Event' });
  expect(await outcome(CreateEventDocument, { ...event, name: 'Macbeth' }, as)).toEqual(conflict);
});

test('a missing store causes ServiceBusy, or a top-level error where there is no such outcome', async () => {
  const macbeth = await offer(cutOff);
  const token = await newViewer();
  const { id: reservationId } = await reserve(cutOff, macbeth, [0], token);
  await ownStore.stop();
  const as = { token, at: cutOff };
  const busy = { __typename: 'ServiceBusy', code: 'SERVICE_BUSY', message: expect.any(String), retryAfterMs: 1_000 };
  const input = { eventId: macbeth.eventId, seatIds: macbeth.seatIds.slice(1, 2) };
  expect(await outcome(ReserveSeatsDocument, input, as)).toEqual(busy);
  expect(await outcome(ExtendReservationDocument, { reservationId }, as)).toEqual(busy);
  expect(await outcome(ConfirmReservationDocument, { reservationId }, as)).toEqual(busy);
  expect(await outcome(CancelReservationDocument, { reservationId }, as)).toEqual(busy);
  const guest = await guestToken(cutOff.graphqlUrl);
  expect(await outcome(ClaimGuestDocument, { guestToken: guest }, as)).toEqual(busy);
  const organizer = { token: await organizerToken, at: cutOff };
  const { eventId, seatIds } = macbeth;
  expect(await outcome(CreateEventDocument, eventInput, organizer)).toEqual(busy);
  expect(await outcome(SetSalesStatusDocument, { eventId, salesStatus: 'PAUSED' }, organizer)).toEqual(busy);
  expect(await outcome(BlockSeatsDocument, { eventId, seatIds }, organizer)).toEqual(busy);
  expect(await outcome(UnblockSeatsDocument, { eventId, seatIds }, organizer)).toEqual(busy);
});

test('every member of every union of results was reached', async () => {
  const introspection = await dataOf<IntrospectionQuery, object>(node.graphqlUrl, getIntrospectionQuery(), {});
  const schema = buildClientSchema(introspection);
  // Guests need no store, so that their mutations are never busy. limits.test.ts and renewals.test.ts have the other outcomes.
  const { signInAsGuest: _, renewGuest: __, ...others } = schema.getMutationType()?.getFields() ?? {};
  const mutations = Object.values(others);
  const unions = mutations.flatMap(({ name, type }) => {
    const named = 'ofType' in type ? type.ofType : type;
    return isUnionType(named)
      ? [
          [
            name,
            named
              .getTypes()
              .map((member) => member.name)
              .sort(),
          ],
        ]
      : [];
  });
  expect(unions).toHaveLength(9);
  expect(Object.fromEntries([...reached].map(([name, types]) => [name, [...types].sort()]))).toEqual(
    Object.fromEntries(unions),
  );
});
