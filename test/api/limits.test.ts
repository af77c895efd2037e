import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  LimitsDocument,
  SignInAsGuestDocument,
  type SignInAsGuestMutation,
} from '../../src/client/generated/documents.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf, type Reply } from '../support/graphql.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { countTypes, newBuyer, reservationIn } from './buyer.ts';
import { storedStatuses } from './store-view.ts';
import { startTwoNodes, type TwoNodes } from './two-nodes.ts';
import { type Offer, offer } from './venue.ts';

const requests = 50;
const minuteMs = 60_000;

describe('fifty requests of one viewer at once to two nodes', () => {
  let nodes: TwoNodes;
  let sale: Offer;

  beforeAll(async () => {
    nodes = await startTwoNodes();
    sale = await offer(nodes.a, { seats: 200 });
  });
  afterAll(() => nodes?.[Symbol.asyncDispose]());

  const nodeOf = (nth: number) => (nth % 2 === 0 ? nodes.a : nodes.b);

  test('leave exactly as many active reservations as are allowed', async () => {
    const buyer = await newBuyer();
    const outcomes = await Promise.all(
      Array.from({ length: requests }, (_, seat) => buyer.reserve(nodeOf(seat), sale, [seat])),
    );
    expect(countTypes(outcomes)).toEqual({ Reservation: 3, ReservationLimitExceeded: requests - 3 });
    for (const outcome of outcomes) {
      if (outcome.__typename === 'ReservationLimitExceeded') expect(outcome.limit).toBe(3);
    }
    const stored = await storedStatuses(nodes.b, sale);
    expect(stored.filter((status) => status === 'RESERVED')).toHaveLength(3);

    const [first] = outcomes.filter(({ __typename }) => __typename === 'Reservation').map(reservationIn);
    await buyer.cancel(nodes.a, first?.id ?? '');
    const again = await Promise.all(
      Array.from({ length: requests }, (_, seat) => buyer.reserve(nodeOf(seat), sale, [100 + seat])),
    );
    expect(countTypes(again)).toEqual({ Reservation: 1, ReservationLimitExceeded: requests - 1 });
  });

  test('have none with more seats than are allowed', async () => {
    const buyer = await newBuyer();
    const seats = Array.from({ length: 11 }, (_, nth) => 180 + nth);
    const outcomes = await Promise.all(
      Array.from({ length: requests }, (_, nth) => buyer.reserve(nodeOf(nth), sale, seats)),
    );
    expect(countTypes(outcomes)).toEqual({ ReservationLimitExceeded: requests });
    expect(outcomes[0]).toMatchObject({ limit: 10 });
    reservationIn(await buyer.reserve(nodes.a, sale, seats.slice(1)));
  });
});

describe('ten mutations a minute', () => {
  const perMinute = 10;
  const env = { RATE_LIMIT_PER_MINUTE: String(perMinute), MAX_ACTIVE_RESERVATIONS: '1000' };
  let nodes: TwoNodes;
  let sale: Offer;

  beforeAll(async () => {
    nodes = await startTwoNodes({ env });
    sale = await offer(nodes.a, { seats: 200 });
  });
  afterAll(() => nodes?.[Symbol.asyncDispose]());

  test('are counted over both nodes, for each viewer, with any outcome', async () => {
    const buyer = await newBuyer();
    const ask = (nth: number) => {
      const node = nth % 2 === 0 ? nodes.a : nodes.b;
      return nth % 3 === 0 ? buyer.extend(node, 'unknown') : buyer.reserve(node, sale, [nth]);
    };
    const outcomes = await Promise.all(Array.from({ length: requests }, (_, nth) => ask(nth)));
    expect(countTypes(outcomes).RateLimited).toBe(requests - perMinute);
    for (const outcome of outcomes) {
      if (outcome.__typename !== 'RateLimited') continue;
      expect(outcome.retryAfterMs).toBeGreaterThan(minuteMs - 10_000);
      expect(outcome.retryAfterMs).toBeLessThanOrEqual(minuteMs);
    }
    const other = await newBuyer();
    reservationIn(await other.reserve(nodes.b, sale, [100]));
  });

  test('include all kinds, also cancelling', async () => {
    const buyer = await newBuyer();
    const outcomes = await Promise.all(
      Array.from({ length: requests }, (_, nth) => buyer.cancel(nth % 2 === 0 ? nodes.a : nodes.b, 'unknown')),
    );
    expect(countTypes(outcomes)).toEqual({ NotFound: perMinute, RateLimited: requests - perMinute });
  });
});

describe('guests', () => {
  /** Number of successful sign-ins out of six, from the given addresses. */
  async function signedIn(graphqlUrl: string, addressOf: (nth: number) => string): Promise<number> {
    const replies = await Promise.all(Array.from({ length: 6 }, (_, nth) => signIn(graphqlUrl, addressOf(nth))));
    const outcomes = replies.flatMap(({ data }) => (data == null ? [] : [data.signInAsGuest]));
    const limited = { code: 'RATE_LIMITED', cause: 'REQUESTS', retryAfterMs: expect.any(Number) };
    const refused = outcomes.filter(({ __typename }) => __typename !== 'GuestSession');
    for (const outcome of refused) expect(outcome).toMatchObject({ __typename: 'RateLimited', ...limited });
    expect(outcomes).toHaveLength(6);
    return outcomes.length - refused.length;
  }

  const env = { GUEST_SIGN_INS_PER_MINUTE: '4' };

  test('are limited by the address that connects, whatever address is forwarded', async () => {
    await using node = await startNode({ env });
    expect(await signedIn(node.graphqlUrl, (nth) => `10.0.0.${nth}`)).toBe(4);
  });

  test('are limited by the address that a trusted proxy forwards', async () => {
    await using node = await startNode({ env: { ...env, TRUSTED_PROXIES: '127.0.0.1' } });
    expect(await signedIn(node.graphqlUrl, (nth) => `10.0.0.${nth}`)).toBe(6);
    expect(await signedIn(node.graphqlUrl, () => '10.0.0.99')).toBe(4);
    // The proxy has appended the last address only; the client may have made up those before it.
    expect(await signedIn(node.graphqlUrl, (nth) => `10.0.1.${nth}, 10.0.0.77`)).toBe(4);
  });

  test('are limited by their address over two nodes', async () => {
    await using nodes = await startTwoNodes({ env });
    const [ofA, ofB] = await Promise.all(
      [nodes.a, nodes.b].map(({ graphqlUrl }) => signedIn(graphqlUrl, () => '10.0.0.1')),
    );
    expect((ofA ?? 0) + (ofB ?? 0)).toBe(4);
  });
});

test('the API shows the limits of the settings', async () => {
  const database = await testDatabase();
  await using node = await startNode({
    env: {
      ...{ DATABASE_URL: database.url, MAX_SEATS_PER_RESERVATION: '4', MAX_ACTIVE_RESERVATIONS: '2' },
      ...{ EXTENSION_SECONDS: '90', MAX_EXTENSIONS: '0', PAYMENT_SECONDS: '20' },
    },
  });
  expect((await dataOf(node.graphqlUrl, LimitsDocument, {})).limits).toEqual({
    ...{ maxSeatsPerReservation: 4, maxActiveReservations: 2 },
    ...{ extensionSeconds: 90, maxExtensions: 0, paymentSeconds: 20 },
  });
  const sale = await offer(node);
  const buyer = await newBuyer();
  const first = reservationIn(await buyer.reserve(node, sale, [0, 1, 2, 3]));
  expect((await buyer.reserve(node, sale, [4, 5, 6, 7, 8])).__typename).toBe('ReservationLimitExceeded');
  expect((await buyer.extend(node, first.id)).__typename).toBe('ExtensionLimitReached');
  reservationIn(await buyer.reserve(node, sale, [4]));
  expect((await buyer.reserve(node, sale, [5])).__typename).toBe('ReservationLimitExceeded');
});

describe('queries without a token', () => {
  const ask = (graphqlUrl: string, forwardedFor: string, headers: Record<string, string> = {}) =>
    fetch(graphqlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': forwardedFor, ...headers },
      body: JSON.stringify({ query: '{ viewer { id } }' }),
    });

  test('are limited by their address, and with a token they are not', async () => {
    const database = await testDatabase();
    const env = { DATABASE_URL: database.url, QUERY_RATE_LIMIT_PER_MINUTE: '3', TRUSTED_PROXIES: '127.0.0.1' };
    await using node = await startNode({ env });
    for (let nth = 0; nth < 3; nth += 1) expect((await ask(node.graphqlUrl, '10.0.0.1')).status).toBe(200);
    const refused = await ask(node.graphqlUrl, '10.0.0.1');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } }],
    });
    expect((await ask(node.graphqlUrl, '10.0.0.2')).status).toBe(200);
    const authorization = `Bearer ${await tokenFor('ann')}`;
    expect((await ask(node.graphqlUrl, '10.0.0.1', { authorization })).status).toBe(200);
  });
});

describe('queries that cost much', () => {
  test('are limited by their address, over websockets too, and mutations are not', async () => {
    const database = await testDatabase();
    const env = { DATABASE_URL: database.url, QUERY_COST_PER_SECOND: '1', TRUSTED_PROXIES: '127.0.0.1' };
    await using node = await startNode({ env });
    const ask = (forwardedFor: string, query: string) =>
      fetch(node.graphqlUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-forwarded-for': forwardedFor },
        body: JSON.stringify({ query }),
      });
    const list = '{ events { edges { node { id } } } }';
    const limited = { extensions: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } };
    expect((await ask('10.0.0.1', list)).status).toBe(200);
    const refused = await ask('10.0.0.1', list);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ errors: [limited] });
    expect((await ask('10.0.0.2', list)).status).toBe(200);
    expect((await ask('10.0.0.1', 'mutation { signInAsGuest { __typename } }')).status).toBe(200);

    const client = createClient({ url: node.graphqlUrl.replace('http', 'ws'), webSocketImpl: WebSocket });
    const first = await client.iterate({ query: list }).next();
    expect(first.value?.errors).toBeUndefined();
    const second = await client.iterate({ query: list }).next();
    expect(second.value?.errors).toMatchObject([limited]);
    await client.dispose();
  });
});

async function signIn(graphqlUrl: string, forwardedFor: string) {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': forwardedFor },
    body: JSON.stringify({ query: print(SignInAsGuestDocument) }),
  });
  return (await response.json()) as Reply<SignInAsGuestMutation>;
}
