import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { createTestPaymentProvider } from '../../src/payments/test-provider.ts';
import { dataOf } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { newBuyer, reservationIn } from './buyer.ts';
import { type Offer, offer } from './venue.ts';

const soon = { withinMs: 20_000 };
const payments = createTestPaymentProvider();
let node: App;
let hamlet: Offer;
let nextSeat = 0;

beforeAll(async () => {
  node = await startNode({ payment: payments });
  hamlet = await offer(node, { seats: 40 });
});
afterAll(() => node?.[Symbol.asyncDispose]());

const confirming = `mutation ($input: ConfirmReservationInput!) {
  confirmReservation(input: $input) {
    __typename
    ... on Booking { id buyer { name email } payment { ...All } }
    ... on PaymentActionRequired { code clientSecret expiresInMs payment { ...All } }
    ... on PaymentFailed { reason }
    ... on InvalidInput { path }
  }
}
fragment All on Payment { id state amount { amount currency } refunded { amount currency } provider reference disputed createdAt }`;

interface Details {
  readonly id: string;
  readonly state: string;
}

interface Outcome {
  readonly __typename: string;
  readonly id?: string;
  readonly payment?: Details;
  readonly [field: string]: unknown;
}

/** A reservation of one seat, and what its holder is told when confirming it. */
async function holder() {
  const buyer = await newBuyer();
  const { id: reservationId } = reservationIn(await buyer.reserve(node, hamlet, [nextSeat++]));
  const confirm = async (input: object = {}) => {
    const variables = { input: { reservationId, ...input } };
    const data = await dataOf<{ confirmReservation: Outcome }, object>(
      node.graphqlUrl,
      confirming,
      variables,
      buyer.token,
    );
    return data.confirmReservation;
  };
  return { ...buyer, token: buyer.token, reservationId, confirm };
}

const looking = `query ($payment: ID!, $reservation: ID!, $booking: ID!) {
  node(id: $payment) { id ... on Payment { state } }
  reservation(id: $reservation) { payment { id state } }
  booking(id: $booking) { payment { id state } buyer { name email } }
}`;

const details = {
  ...{ id: expect.stringMatching(/^payment_/), amount: { amount: 5_000, currency: 'EUR' } },
  ...{ refunded: { amount: 0, currency: 'EUR' }, provider: 'test', disputed: false },
  ...{ reference: expect.stringMatching(/^test_/), createdAt: expect.stringMatching(/^\d{4}-.+Z$/) },
};

describe('a payment', () => {
  test('is shown with its reservation and booking, and by its id, to its holder and organizers alone', async () => {
    const { confirm, token, reservationId } = await holder();
    const booking = await confirm({ paymentToken: 'tok_ok', buyer: { name: ' Ann ', email: 'ann@example.org' } });
    expect(booking).toMatchObject({
      ...{ __typename: 'Booking', buyer: { name: 'Ann', email: 'ann@example.org' }, payment: details },
    });
    const ids = { payment: booking.payment?.id, reservation: reservationId, booking: booking.id };
    const look = async (asker: string) =>
      dataOf<{ node: Details | null }, object>(node.graphqlUrl, looking, ids, asker);
    const isCaptured = async () => (await look(token)).node?.state === 'CAPTURED';
    await waitFor(isCaptured, { ...soon, what: 'the payment to be captured' });
    const shown = { id: ids.payment, state: 'CAPTURED' };
    for (const asker of [token, await tokenFor('an organizer', ['ORGANIZER'])])
      expect(await look(asker)).toMatchObject({
        node: shown,
        reservation: { payment: shown },
        booking: { payment: shown, buyer: { name: 'Ann', email: 'ann@example.org' } },
      });
    expect(await look(await tokenFor('a stranger'))).toEqual({ node: null, reservation: null, booking: null });
  });

  test('of a reservation that is not paid for yet is null, and then the last one', async () => {
    const { confirm, token, reservationId } = await holder();
    const query = 'query ($id: ID!) { reservation(id: $id) { payment { id state } } }';
    const look = async () =>
      (
        await dataOf<{ reservation: { payment: Details | null } }, object>(
          node.graphqlUrl,
          query,
          { id: reservationId },
          token,
        )
      ).reservation.payment;
    expect(await look()).toBeNull();
    expect(await confirm({ paymentToken: 'tok_decline' })).toEqual({
      __typename: 'PaymentFailed',
      reason: 'card_declined',
    });
    const failed = await look();
    expect(failed).toMatchObject({ state: 'FAILED' });
    const asked = await confirm({ paymentToken: 'tok_action' });
    expect(await look()).toEqual({ id: asked.payment?.id, state: 'ACTION_REQUIRED' });
    expect(asked.payment?.id).not.toBe(failed?.id);
  });

  test('of a booking that costs nothing is null, as is the buyer who gave no name', async () => {
    const free = await offer(node, { prices: ['Front', 'Back'].map((category) => ({ category, amount: 0 })) });
    const buyer = await newBuyer();
    const { id: reservationId } = reservationIn(await buyer.reserve(node, free, [0]));
    const variables = { input: { reservationId, buyer: { name: '  ' } } };
    expect(await dataOf(node.graphqlUrl, confirming, variables, buyer.token)).toEqual({
      confirmReservation: { __typename: 'Booking', id: expect.any(String), buyer: null, payment: null },
    });
  });
});

describe('3-D Secure', () => {
  test.each([
    ['tok_action_done', { __typename: 'Booking', payment: details }],
    ['tok_action_failed', { __typename: 'PaymentFailed', reason: 'authentication_failed' }],
  ])('with the test provider ends by the token %s', async (paymentToken, outcome) => {
    const { confirm } = await holder();
    const asked = await confirm({ paymentToken: 'tok_action' });
    expect(asked).toMatchObject({
      ...{ __typename: 'PaymentActionRequired', code: 'PAYMENT_ACTION_REQUIRED' },
      payment: { ...details, state: 'ACTION_REQUIRED' },
      clientSecret: expect.stringMatching(/./),
      expiresInMs: expect.any(Number),
    });
    expect(await confirm({ paymentToken })).toMatchObject(outcome);
  });

  test.each([
    [true, 'Booking'],
    [false, 'PaymentFailed'],
  ])(
    'that the bank has settled itself (approved: %j) is found by confirming without a token',
    async (isApproved, type) => {
      const { confirm } = await holder();
      await confirm({ paymentToken: 'tok_action' });
      const [waiting] = payments
        .ledger()
        .filter(({ state }) => state === 'action-required')
        .slice(-1);
      payments.answerForBank(waiting?.id ?? '', isApproved);
      expect((await confirm()).__typename).toBe(type);
    },
  );
});

test.each([
  ['name', 'A\u0000'],
  ['name', 'n'.repeat(201)],
  ['name', '\ud800'],
  ['email', 'ann'],
  ['email', 'ann@'],
  ['email', '@example.org'],
  ['email', 'ann @example.org'],
  ['email', 'ann@exam\nple.org'],
  ['email', `${'n'.repeat(320)}@example.org`],
])('a buyer whose %s cannot be one is refused before any payment: %j', async (field, value) => {
  const { confirm, reservationId, token } = await holder();
  expect(await confirm({ buyer: { [field]: value } })).toEqual({ __typename: 'InvalidInput', path: ['buyer', field] });
  const query = 'query ($id: ID!) { reservation(id: $id) { status payment { id } } }';
  expect(await dataOf(node.graphqlUrl, query, { id: reservationId }, token)).toEqual({
    reservation: { status: 'ACTIVE', payment: null },
  });
});

test('everybody is told with which provider clients pay', async () => {
  const query = '{ paymentProvider { name publishableKey } }';
  expect(await dataOf(node.graphqlUrl, query, {})).toEqual({ paymentProvider: { name: 'test', publishableKey: null } });
});
