import { print } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import {
  CancelReservationDocument,
  ConfirmReservationDocument,
  ReserveSeatsDocument,
  type ReserveSeatsMutation,
  SignInAsGuestDocument,
} from '../../src/client/generated/documents.ts';
import { createTestDatabase } from '../support/database.ts';
import { startNode } from '../support/node.ts';
import { waitFor } from '../support/wait-for.ts';
import { countTypes, newBuyer, reservationIn } from './buyer.ts';
import { startTwoNodes } from './two-nodes.ts';
import { type Offer, offer, seatAt } from './venue.ts';

const soon = { withinMs: 10_000 };
const env = { TRUSTED_PROXIES: '127.0.0.1', MAX_SEATS_PER_ADDRESS: '8' };

type Outcome = ReserveSeatsMutation['reserveSeats'];

/** A guest whose address the proxy forwards. */
class Guest {
  readonly #address: string;
  readonly #token: string;

  constructor(address: string, token: string) {
    this.#address = address;
    this.#token = token;
  }

  static async signIn({ graphqlUrl }: App, address: string): Promise<Guest> {
    const { signInAsGuest } = await sendFrom(address, graphqlUrl, print(SignInAsGuestDocument), {});
    return new Guest(address, (signInAsGuest as { token: string }).token);
  }

  /** The same guest with another address. */
  at(address: string): Guest {
    return new Guest(address, this.#token);
  }

  async reserve(node: App, { eventId, seatIds }: Offer, seats: readonly number[]): Promise<Outcome> {
    const input = { eventId, seatIds: seats.map((seat) => seatAt(seatIds, seat)) };
    return (await this.#send(node, print(ReserveSeatsDocument), input)).reserveSeats as Outcome;
  }

  async cancel(node: App, reservationId: string): Promise<void> {
    reservationIn(
      (await this.#send(node, print(CancelReservationDocument), { reservationId })).cancelReservation as Outcome,
    );
  }

  async confirm(node: App, reservationId: string): Promise<void> {
    const { confirmReservation } = await this.#send(node, print(ConfirmReservationDocument), { reservationId });
    expect(confirmReservation).toMatchObject({ __typename: 'Booking' });
  }

  #send({ graphqlUrl }: App, query: string, input: object) {
    return sendFrom(this.#address, graphqlUrl, query, { input }, this.#token);
  }
}

async function sendFrom(address: string, url: string, query: string, variables: object, token?: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': address,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Record<string, unknown>; errors?: unknown };
  if (data === undefined || data === null) throw new Error(JSON.stringify(errors));
  return data;
}

let addresses = 0;
const newAddress = () => {
  addresses += 1;
  return `10.1.${addresses >> 8}.${addresses & 255}`;
};

/** With its own database, without Redis. */
async function startOneNode(over: NodeJS.ProcessEnv): Promise<App> {
  const database = await createTestDatabase();
  const node = await startNode({ env: { ...env, DATABASE_URL: database.url, ...over } });
  return {
    ...node,
    [Symbol.asyncDispose]: async () => {
      await node[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

const kinds = [
  {
    name: 'two nodes on Redis',
    start: async () => {
      const { a, b, ...rest } = await startTwoNodes({ env });
      return { a, b, close: () => rest[Symbol.asyncDispose]() };
    },
  },
  {
    name: 'one node by itself',
    start: async () => {
      const node = await startOneNode({});
      return { a: node, b: node, close: () => node[Symbol.asyncDispose]() };
    },
  },
];

describe.each(kinds)('between buyers of $name', ({ start }) => {
  let nodes: Awaited<ReturnType<typeof start>>;
  let sale: Offer;
  let nextSeat = 0;
  const freshSeats = (count: number) => Array.from({ length: count }, () => nextSeat++);
  const nodeOf = (nth: number) => (nth % 2 === 0 ? nodes.a : nodes.b);
  const guestFrom = (address: string) => Guest.signIn(nodes.a, address);

  beforeAll(async () => {
    nodes = await start();
    sale = await offer(nodes.a, { seats: 300 });
  });
  afterAll(() => nodes?.close());

  async function reserveSoon(guest: Guest, node: App, seats: readonly number[]): Promise<string> {
    let outcome: Outcome | undefined;
    const isReserved = async () => {
      outcome = await guest.reserve(node, sale, seats);
      return outcome.__typename === 'Reservation';
    };
    await waitFor(isReserved, { ...soon, what: 'the seats' });
    return outcome?.__typename === 'Reservation' ? outcome.id : '';
  }

  describe('the guests of one address', () => {
    const network = { __typename: 'ReservationLimitExceeded', limit: 8, scope: 'NETWORK' };

    test('hold as many seats as allowed, over all nodes and events, without effect on others', async () => {
      const elsewhere = await offer(nodes.b, { seats: 60 });
      const address = newAddress();
      const guests = await Promise.all(Array.from({ length: 12 }, () => guestFrom(address)));
      const outcomes = await Promise.all(
        guests.map((guest, nth) =>
          guest.reserve(
            nodeOf(nth),
            nth % 3 === 0 ? sale : elsewhere,
            nth % 3 === 0 ? freshSeats(2) : [4 * nth, 4 * nth + 1],
          ),
        ),
      );
      expect(countTypes(outcomes)).toEqual({ Reservation: 4, ReservationLimitExceeded: 8 });
      const refused = outcomes.find(({ __typename }) => __typename !== 'Reservation');
      expect(refused).toMatchObject(network);
      expect(refused).toMatchObject({ message: expect.stringContaining('from your network') });
      const other = await guestFrom(newAddress());
      reservationIn(await other.reserve(nodes.b, sale, freshSeats(8)));
      // Seats of accounts do not count.
      const account = await newBuyer();
      reservationIn(await account.reserve(nodes.a, sale, freshSeats(9)));
    });

    test('may hold seats again after some were cancelled, booked or lapsed', async () => {
      const brief = await offer(nodes.a, { seats: 20, reservationSeconds: 2 });
      const address = newAddress();
      const [one, other] = [await guestFrom(address), await guestFrom(address)];
      const full = reservationIn(await one.reserve(nodes.a, sale, freshSeats(8)));
      expect(await other.reserve(nodes.b, sale, freshSeats(1))).toMatchObject(network);
      // The seats count at the address where they were reserved.
      await one.at(newAddress()).cancel(nodes.b, full.id);
      const booked = await reserveSoon(other, nodes.b, freshSeats(8));
      expect(await one.reserve(nodes.a, sale, freshSeats(1))).toMatchObject(network);
      await other.confirm(nodes.a, booked);
      const isBriefHeld = async () =>
        (await one.reserve(nodes.a, brief, [0, 1, 2, 3, 4, 5, 6, 7])).__typename === 'Reservation';
      await waitFor(isBriefHeld, { ...soon, what: 'the booked seats to count no more' });
      await reserveSoon(other, nodes.b, freshSeats(8));
    });
  });

  describe('released seats', () => {
    /** Reserves and cancels the seats repeatedly. */
    async function holdAndCancel(guest: Guest, seats: readonly number[], times: number): Promise<void> {
      for (let nth = 0; nth < times; nth += 1) {
        await guest.cancel(nodeOf(nth), await reserveSoon(guest, nodeOf(nth), seats));
      }
    }

    test('must be left to others for a while by an address that releases them again and again, and by its new guests', async () => {
      const address = newAddress();
      const seats = freshSeats(2);
      const guest = await guestFrom(address);
      await holdAndCancel(guest, seats, 3);
      const rested = { __typename: 'RateLimited', cause: 'SEATS_LET_GO' };
      const isRefused = async (asking: Guest) =>
        (await asking.reserve(nodes.b, sale, seats)).__typename === 'RateLimited';
      await waitFor(() => isRefused(guest), { ...soon, what: 'the seats to be left to others' });
      const again = await (await guestFrom(address)).reserve(nodes.a, sale, seats);
      expect(again).toMatchObject(rested);
      const { retryAfterMs } = again as Extract<Outcome, { __typename: 'RateLimited' }>;
      expect(retryAfterMs).toBeGreaterThan(0);
      expect(retryAfterMs).toBeLessThanOrEqual(10_000);
      // It may have other seats, and others may have these.
      reservationIn(await guest.reserve(nodes.a, sale, freshSeats(2)));
      reservationIn(await (await guestFrom(newAddress())).reserve(nodes.b, sale, seats));
    });

    test('can be reserved by others, although guests of one address reserve and cancel them all the time', async () => {
      const address = newAddress();
      const parties = await Promise.all(
        Array.from({ length: 4 }, async () => ({ guest: await guestFrom(address), seats: freshSeats(2) })),
      );
      let isOver = false;
      const holding = parties.map(async ({ guest, seats }) => {
        while (!isOver) {
          const outcome = await guest.reserve(nodes.a, sale, seats);
          if (outcome.__typename === 'Reservation') await guest.cancel(nodes.b, outcome.id);
        }
      });
      const honest = await guestFrom(newAddress());
      for (const { seats } of parties) await honest.cancel(nodes.a, await reserveSoon(honest, nodes.b, seats));
      isOver = true;
      await Promise.all(holding);
    });
  });
});

test('without a limit for addresses, guests count one by one', async () => {
  await using node = await startOneNode({ MAX_SEATS_PER_ADDRESS: '0' });
  const sale = await offer(node, { seats: 40 });
  const guests = await Promise.all(Array.from({ length: 4 }, () => Guest.signIn(node, '10.2.0.1')));
  const outcomes = await Promise.all(
    guests.map((guest, nth) =>
      guest.reserve(
        node,
        sale,
        Array.from({ length: 10 }, (_, seat) => 10 * nth + seat),
      ),
    ),
  );
  expect(countTypes(outcomes)).toEqual({ Reservation: 4 });
});

test("every mutation counts, aliased ones too, and a network's guests together", async () => {
  await using node = await startOneNode({ RATE_LIMIT_PER_MINUTE: '5', GUEST_SIGN_INS_PER_MINUTE: '0' });
  const buyer = await newBuyer();
  const cancels = Array.from({ length: 8 }, (_, nth) => `c${nth}: cancelReservation(input: $input) { __typename }`);
  const query = `mutation ($input: CancelReservationInput!) { ${cancels.join(' ')} }`;
  const input = { reservationId: 'x' };
  const answers = await sendFrom('10.3.0.1', node.graphqlUrl, query, { input }, buyer.token);
  expect(countTypes(Object.values(answers) as { __typename: string }[])).toEqual({ NotFound: 5, RateLimited: 3 });

  const one = 'mutation ($input: CancelReservationInput!) { c: cancelReservation(input: $input) { __typename } }';
  const askAsNewGuest = async (address: string) => {
    const { signInAsGuest } = await sendFrom(address, node.graphqlUrl, print(SignInAsGuestDocument), {});
    const { token } = signInAsGuest as { token: string };
    return (await sendFrom(address, node.graphqlUrl, one, { input }, token)).c as { __typename: string };
  };
  const asked = await Promise.all(Array.from({ length: 110 }, () => askAsNewGuest('10.3.0.2')));
  expect(countTypes(asked)).toEqual({ NotFound: 100, RateLimited: 10 });
  expect(await askAsNewGuest('10.3.0.3')).toEqual({ __typename: 'NotFound' });
});
