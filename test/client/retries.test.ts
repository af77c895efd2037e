import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import {
  createHoldfastClient,
  faultCodes,
  type HoldfastClient,
  type HoldfastClientOptions,
  MyBookingsDocument,
  MyReservationsDocument,
  SetSalesStatusDocument,
} from '../../src/client/index.ts';
import { type Offer, offer, organizerToken } from '../api/venue.ts';
import { type CutPoint, CuttingLink, cutPoints } from '../support/cutting-link.ts';
import { startNode, tokenFor } from '../support/node.ts';
import { type Fate, FaultyFront } from './faulty-front.ts';

const retry = { firstWaitMs: 5, maxWaitMs: 20 };
let node: App;
let hamlet: Offer;
beforeAll(async () => {
  node = await startNode();
  hamlet = await offer(node, { seats: 200 });
});
afterAll(() => node?.[Symbol.asyncDispose]());

let nextSeat = 0;
/** Seats that no other test uses. */
const someSeats = () => {
  nextSeat += 2;
  return { eventId: hamlet.eventId, seatIds: hamlet.seatIds.slice(nextSeat - 2, nextSeat) };
};

let buyers = 0;
async function buyerOn(url: string, options: Partial<HoldfastClientOptions> = {}): Promise<HoldfastClient> {
  buyers += 1;
  return createHoldfastClient({ url, token: await tokenFor(`buyer ${buyers} of retries`), retry, ...options });
}

async function reservationsOf(client: HoldfastClient) {
  const { viewer } = await client.query(MyReservationsDocument, {});
  return (viewer?.reservations.edges ?? []).map(({ node }) => node);
}

async function reserved(client: HoldfastClient) {
  const outcome = await client.reserveSeats(someSeats());
  return outcome.__typename === 'Reservation' ? outcome : expect.fail(JSON.stringify(outcome));
}

describe.each(cutPoints)('a connection that is cut %s', (at: CutPoint) => {
  let link: CuttingLink;
  let buyer: HoldfastClient;
  beforeEach(async () => {
    link = await CuttingLink.open(Number(new URL(node.url).port));
    buyer = await buyerOn(`http://127.0.0.1:${link.port}/graphql`);
  });
  afterEach(() => link[Symbol.asyncDispose]());

  test('reserves once', async () => {
    link.cutOnce(at);
    const { id } = await reserved(buyer);
    expect(link.cuts).toBe(1);
    expect((await reservationsOf(buyer)).map((one) => one.id)).toEqual([id]);
  });

  test('extends once', async () => {
    const { id } = await reserved(buyer);
    link.cutOnce(at);
    const outcome = await buyer.extendReservation({ reservationId: id });
    expect([outcome.__typename, link.cuts]).toEqual(['Reservation', 1]);
    const [{ extensionsLeft, expiresInMs } = { extensionsLeft: -1, expiresInMs: 0 }] = await reservationsOf(buyer);
    expect(extensionsLeft).toBe(0);
    expect(expiresInMs).toBeLessThanOrEqual(900_000);
    expect(expiresInMs).toBeGreaterThan(600_000);
  });

  test('confirms once', async () => {
    const { id } = await reserved(buyer);
    link.cutOnce(at);
    const outcome = await buyer.confirmReservation({ reservationId: id, paymentToken: 'tok_ok' });
    expect([outcome.__typename, link.cuts]).toEqual(['Booking', 1]);
    const { viewer } = await buyer.query(MyBookingsDocument, {});
    expect(viewer?.bookings.edges).toHaveLength(1);
  });

  test('cancels once, and says so', async () => {
    const { id, seats } = await reserved(buyer);
    link.cutOnce(at);
    const outcome = await buyer.cancelReservation({
      reservationId: id,
      seatIds: seats.slice(1).map((seat) => seat.id),
    });
    expect([outcome.__typename, link.cuts]).toEqual(['Reservation', 1]);
    const [left] = await reservationsOf(buyer);
    expect([left?.status, left?.seats.length]).toEqual(['ACTIVE', 1]);
  });
});

describe('with a server that has faults', () => {
  let front: FaultyFront;
  beforeEach(async () => {
    front = await FaultyFront.open(node.graphqlUrl);
  });
  afterEach(() => front[Symbol.asyncDispose]());

  const errors = (code: string, more = {}) =>
    JSON.stringify({ errors: [{ message: code, extensions: { code, ...more } }] });
  const busy = (retryAfterMs: number) => ({
    __typename: 'ServiceBusy',
    code: 'SERVICE_BUSY',
    message: 'Busy',
    retryAfterMs,
  });
  const passing: readonly (readonly [string, Fate])[] = [
    ['an answer that is lost', 'done, but the answer is lost'],
    ['a 502 of a proxy', { status: 502, body: '<h1>Bad gateway</h1>', contentType: 'text/html' }],
    ['an empty 500', { status: 500, body: '' }],
    ['a 503 of the server', { status: 503, body: errors('SERVICE_BUSY', { retryAfterMs: 10 }) }],
    ['a 429 of the server', { status: 429, body: errors('RATE_LIMITED', { retryAfterMs: 10 }) }],
    ['a fault of the server', { status: 200, body: errors('INTERNAL_SERVER_ERROR') }],
    ['ServiceBusy', { status: 200, body: JSON.stringify({ data: { reserveSeats: busy(10) } }) }],
  ];

  test.each(passing)('after %s, a reservation is tried again with its key', async (_, fate) => {
    front.fates = [fate, fate];
    const buyer = await buyerOn(front.graphqlUrl);
    const { id } = await reserved(buyer);
    const keys = front.requests.map(
      ({ body }) => (body.variables as { input: { idempotencyKey: string } }).input.idempotencyKey,
    );
    expect([keys.length, new Set(keys).size]).toEqual([3, 1]);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect((await reservationsOf(buyer)).map((one) => one.id)).toEqual([id]);
  });

  test('each call has a new key, unless it is given one', async () => {
    const buyer = await buyerOn(front.graphqlUrl);
    await reserved(buyer);
    await buyer.reserveSeats({ ...someSeats(), idempotencyKey: 'mine' });
    const [one, two] = front.requests.map(
      ({ body }) => (body.variables as { input: { idempotencyKey: string } }).input.idempotencyKey,
    );
    expect(one).not.toBe(two);
    expect(two).toBe('mine');
  });

  test('it waits as long as the server requests', async () => {
    front.fates = [{ status: 200, body: JSON.stringify({ data: { reserveSeats: busy(300) } }) }];
    await reserved(await buyerOn(front.graphqlUrl));
    const [first, second] = front.requests;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(299);
  });

  test('a rate-limited query waits as long as the server or a proxy requests', async () => {
    const buyer = await buyerOn(front.graphqlUrl);
    front.fates = [
      { status: 429, body: errors('RATE_LIMITED', { retryAfterMs: 300 }) },
      { status: 429, body: '<h1>Too many requests</h1>', contentType: 'text/html', retryAfter: 1 },
    ];
    expect(await reservationsOf(buyer)).toEqual([]);
    const [first, second, third] = front.requests.map(({ atMs }) => atMs);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(299);
    expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(999);
  });

  test('a wait beyond the bound is reported to the app', async () => {
    front.fates = [{ status: 429, body: errors('RATE_LIMITED'), retryAfter: 60 }];
    const limited = { code: 'RATE_LIMITED', retryAfterMs: 60_000, isTemporary: true };
    await expect(reservationsOf(await buyerOn(front.graphqlUrl))).rejects.toMatchObject(limited);
    expect(front.requests).toHaveLength(1);
  });

  test('it gives up at its bound with the last error', async () => {
    front.fates = Array(20).fill({ status: 200, body: JSON.stringify({ data: { reserveSeats: busy(1) } }) });
    const outcome = await (await buyerOn(front.graphqlUrl)).reserveSeats(someSeats());
    expect(outcome).toMatchObject({ __typename: 'ServiceBusy', retryAfterMs: 1 });
    expect(front.requests).toHaveLength(6);

    front.fates = Array(20).fill({ status: 500, body: '' });
    const failing = (await buyerOn(front.graphqlUrl)).reserveSeats(someSeats());
    await expect(failing).rejects.toMatchObject({ name: 'HoldfastError', code: faultCodes.badAnswer });
    expect(front.requests).toHaveLength(12);
  });

  test('it does not wait longer than the total bound', async () => {
    front.fates = [{ status: 200, body: JSON.stringify({ data: { reserveSeats: busy(60_000) } }) }];
    const outcome = await (await buyerOn(front.graphqlUrl)).reserveSeats(someSeats());
    expect(outcome).toMatchObject({ __typename: 'ServiceBusy', retryAfterMs: 60_000 });
  });

  test('definite answers are not retried', async () => {
    const buyer = await buyerOn(front.graphqlUrl);
    const { eventId } = hamlet;
    expect((await buyer.reserveSeats({ eventId, seatIds: [] })).__typename).toBe('InvalidInput');
    const limited = { __typename: 'RateLimited', code: 'RATE_LIMITED', message: 'Slower', retryAfterMs: 1 };
    front.fates = [{ status: 200, body: JSON.stringify({ data: { reserveSeats: limited } }) }];
    expect((await buyer.reserveSeats(someSeats())).__typename).toBe('RateLimited');
    await expect(buyer.query(MyReservationsDocument, { first: -1 })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    const closing = buyer.mutate(SetSalesStatusDocument, { input: { eventId, salesStatus: 'CLOSED' } });
    await expect(closing).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(front.requests).toHaveLength(4);
  });

  test('a mutation that is not idempotent is sent once', async () => {
    front.fates = ['done, but the answer is lost'];
    const organizer = createHoldfastClient({ url: front.graphqlUrl, token: await organizerToken, retry });
    const input = { eventId: hamlet.eventId, salesStatus: 'ON_SALE' } as const;
    await expect(organizer.mutate(SetSalesStatusDocument, { input })).rejects.toMatchObject({
      code: faultCodes.network,
    });
    expect(front.requests).toHaveLength(1);
    front.fates = ['done, but the answer is lost'];
    const again = await organizer.mutate(SetSalesStatusDocument, { input }, { isRepeatable: true });
    expect(again.setSalesStatus.__typename).toBe('Event');
  });

  test('an aborted call rejects with the reason, and is not retried', async () => {
    front.fates = Array(20).fill({ status: 500, body: '' });
    const controller = new AbortController();
    const patient = { retry: { firstWaitMs: 60_000, maxWaitMs: 60_000, maxTotalWaitMs: 600_000 } };
    const buyer = await buyerOn(front.graphqlUrl, patient);
    const call = buyer.reserveSeats(someSeats(), { signal: controller.signal });
    const reason = new Error('the page was left');
    const ended = expect(call).rejects.toBe(reason);
    controller.abort(reason);
    await ended;
    expect(front.requests.length).toBeLessThanOrEqual(1);
  });

  test('an answer after the timeout counts as lost', async () => {
    const buyer = await buyerOn(front.graphqlUrl);
    const slow = createHoldfastClient({
      url: front.graphqlUrl,
      fetch: (_url, init) =>
        new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))),
    });
    const input = { eventId: hamlet.eventId, seatIds: [] };
    const { ReserveSeatsDocument } = await import('../../src/client/index.ts');
    await expect(slow.mutate(ReserveSeatsDocument, { input }, { timeoutMs: 20 })).rejects.toMatchObject({
      code: faultCodes.timeout,
    });
    expect(await reservationsOf(buyer)).toEqual([]);
  });
});
