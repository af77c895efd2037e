import { print } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import {
  CancelReservationDocument,
  ConfirmReservationDocument,
  ExtendReservationDocument,
  ReserveSeatsDocument,
} from '../../src/client/generated/documents.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { type Offer, offer, reserve, seatAt } from './venue.ts';

/** More than it takes until an operation is compiled. */
const REPEATED = 110;
const unknownReservation = 'reservation_0000000000000000000001_0000000000000000000001';

const texts = {
  reserve: print(ReserveSeatsDocument),
  extend: print(ExtendReservationDocument),
  confirm: print(ConfirmReservationDocument),
  cancel: print(CancelReservationDocument),
};
type Operation = keyof typeof texts;

let node: App;
let hamlet: Offer;
beforeAll(async () => {
  node = await startNode();
  hamlet = await offer(node, { seats: 20 });
  for (const text of Object.values(texts)) {
    const answers = Array.from({ length: REPEATED }, () => send(text, { input: inputs.unknown }, null));
    await Promise.all(answers);
  }
});
afterAll(() => node?.[Symbol.asyncDispose]());

const inputs = { unknown: { reservationId: unknownReservation } };

/** What a client gets, without what is never the same twice. */
async function send(query: string, variables: object, token: string | null) {
  const headers = { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) };
  const response = await fetch(node.graphqlUrl, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  return { status: response.status, text: text.replace(/"expiresInMs":\d+/, '"expiresInMs":0') };
}

let texted = 0;

/** The same by the compiled operation, and by Apollo, to which each text is new. Both come again after the first, so that nothing is new to the store. */
async function expectSame(operation: Operation, input: object, token: string | null) {
  const text = texts[operation];
  const first = await send(text, { input }, token);
  const compiled = await send(text, { input }, token);
  const byApollo = await send(`${text} # ${++texted}`, { input }, token);
  expect(compiled).toEqual(byApollo);
  return first;
}

describe('a mutation that is sent again and again is answered as by Apollo', () => {
  test.each(Object.keys(texts) as Operation[])('%s: without a token', async (operation) => {
    const { text } = await expectSame(operation, operation === 'reserve' ? reserving([0]) : inputs.unknown, null);
    expect(text).toContain('UNAUTHENTICATED');
  });

  test.each(Object.keys(texts) as Operation[])('%s: with an input of another shape', async (operation) => {
    const token = await tokenFor('ann');
    for (const input of [{}, { other: 1 }, { reservationId: 1.5, eventId: [], seatIds: {} }, null]) {
      const { status, text } = await expectSame(operation, input as object, token);
      expect([status, text]).toEqual([400, expect.stringContaining('BAD_USER_INPUT')]);
    }
  });

  test.each(['extend', 'confirm', 'cancel'] as const)('%s: of nothing', async (operation) => {
    const { text } = await expectSame(operation, inputs.unknown, await tokenFor('ann'));
    expect(text).toContain('NotFound');
  });

  test('reserving, and refusing', async () => {
    const key = { idempotencyKey: 'ann wants it' };
    const ann = await tokenFor('ann');
    expect((await expectSame('reserve', { ...reserving([1, 2]), ...key }, ann)).text).toContain('"status":"ACTIVE"');
    expect((await expectSame('reserve', { ...reserving([3]), ...key }, ann)).text).toContain('IdempotencyConflict');
    expect((await expectSame('reserve', reserving([1, 5]), await tokenFor('bob'))).text).toContain('SeatsUnavailable');
    expect((await expectSame('reserve', reserving([]), ann)).text).toContain('InvalidInput');
  });

  test('extending, confirming and cancelling', async () => {
    const cleo = await tokenFor('cleo');
    const [one, other] = [await reserve(node, hamlet, [7], cleo), await reserve(node, hamlet, [8], cleo)];
    const extend = { reservationId: one.id, idempotencyKey: 'longer' };
    expect((await expectSame('extend', extend, cleo)).text).toContain('"status":"ACTIVE"');
    expect((await expectSame('confirm', { reservationId: one.id }, cleo)).text).toContain('"__typename":"Booking"');
    expect((await expectSame('cancel', { reservationId: one.id }, cleo)).text).toContain('ReservationNotActive');
    const cancel = { reservationId: other.id, idempotencyKey: 'no more' };
    expect((await expectSame('cancel', cancel, cleo)).text).toContain('"status":"CANCELLED"');
  });
});

function reserving(indexes: readonly number[]) {
  return { eventId: hamlet.eventId, seatIds: indexes.map((index) => seatAt(hamlet.seatIds, index)) };
}
