import { randomInt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { countDeadlocks, expectAgreement } from '../store/agreement.ts';
import { createTestDatabase } from '../support/database.ts';
import { startNode } from '../support/node.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { type Buyer, countTypes, newBuyer } from './buyer.ts';
import { type Offer, offer } from './venue.ts';

/** `MANY_RESERVATIONS=100000` takes some minutes. */
const REQUESTS = Number(process.env.MANY_RESERVATIONS ?? 4_000);
const NODES = 3;
const BUYERS = 48;
const SEATS = 300;
const patience = { timeout: 120_000 + REQUESTS * 20 };

/** Nodes on one database. Without Redis, all conflicts reach the store. */
async function withNodes(redis: RedisServer | null, work: (nodes: readonly App[]) => Promise<void>): Promise<void> {
  await using database = await createTestDatabase();
  const env = { DATABASE_URL: database.url, ...(redis === null ? {} : { REDIS_URL: redis.url }) };
  const nodes = await Promise.all(Array.from({ length: NODES }, () => startNode({ env })));
  try {
    await work(nodes);
  } finally {
    for (const node of nodes) await node[Symbol.asyncDispose]();
  }
  {
    await using store = await openDatabase({ kind: 'postgres', url: database.url, poolSize: 1 });
    await expectAgreement(store);
  }
  expect(await countDeadlocks(database.url)).toBe(0);
}

const oneOf = <Item>(items: readonly Item[]): Item => items[randomInt(items.length)] as Item;

/** Two to five seats of the event, in random order. */
function someSeats(): number[] {
  const seats = new Set<number>();
  const count = randomInt(2, 6);
  while (seats.size < count) seats.add(randomInt(SEATS));
  return [...seats];
}

/** Reserves seats through one node, cancels through another, and resolves to both outcomes. */
async function reserveAndLetGo(buyer: Buyer, nodes: readonly App[], sale: Offer): Promise<{ __typename: string }[]> {
  const asked = someSeats();
  const outcome = await buyer.reserve(oneOf(nodes), sale, asked);
  if (outcome.__typename !== 'Reservation') return [outcome];
  expect(outcome.seats.map(({ index }) => index)).toEqual(asked.toSorted((one, other) => one - other));
  return [outcome, await buyer.cancel(oneOf(nodes), outcome.id)];
}

async function times(count: number, atOnce: number, work: () => Promise<void>): Promise<void> {
  let begun = 0;
  const one = async () => {
    while (begun++ < count) await work();
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

describe.each([
  { layers: 'the gate', withRedis: true, share: 0.5 },
  { layers: 'the store alone', withRedis: false, share: 0.5 },
])('many reservations of several seats in random orders, kept apart by $layers', ({ withRedis, share }) => {
  test('are all or nothing, never deadlock, and cause no errors', patience, async () => {
    await using redis = withRedis ? await startRedis() : null;
    const outcomes: { __typename: string }[] = [];
    await withNodes(redis, async (nodes) => {
      const sale = await offer(nodes[0] as App, { seats: SEATS });
      // A new buyer each time, because a seat that was released three times is refused.
      await times(REQUESTS * share, BUYERS, async () => {
        outcomes.push(...(await reserveAndLetGo(await newBuyer(), nodes, sale)));
      });
    });
    const { Reservation = 0, SeatsUnavailable = 0, ...others } = countTypes(outcomes);
    expect(others).toEqual({});
    expect(Reservation / 2 + SeatsUnavailable).toBe(REQUESTS * share);
    expect(Reservation).toBeGreaterThan(REQUESTS * share * 0.2);
    expect(SeatsUnavailable).toBeGreaterThan(REQUESTS * share * 0.05);
  });
});

test(
  'extensions, confirms and cancels of the same reservations at once never deadlock, and one of them decides',
  patience,
  async () => {
    await using redis = await startRedis();
    await withNodes(redis, async (nodes) => {
      const sale = await offer(nodes[0] as App, { seats: 10 * BUYERS });
      const seats = [...sale.seatIds.keys()];
      const ends: string[] = [];
      await times(4 * BUYERS, BUYERS / 4, async () => {
        const buyer = await newBuyer();
        const reserved = await buyer.reserve(oneOf(nodes), sale, seats.splice(0, 2));
        if (reserved.__typename !== 'Reservation') throw new Error(JSON.stringify(reserved));
        const { id } = reserved;
        const outcomes = await Promise.all([
          buyer.extend(oneOf(nodes), id),
          buyer.confirm(oneOf(nodes), id),
          buyer.cancel(oneOf(nodes), id),
          buyer.extend(oneOf(nodes), id),
          buyer.confirm(oneOf(nodes), id),
          buyer.cancel(oneOf(nodes), id, [oneOf(reserved.seats).id]),
        ]);
        expect(outcomes.filter(({ __typename }) => !expectable.has(__typename))).toEqual([]);
        const status = (await buyer.look(oneOf(nodes), id))?.status;
        const isBooked = outcomes.some(({ __typename }) => __typename === 'Booking');
        expect(status).toBe(isBooked ? 'CONFIRMED' : 'CANCELLED');
        ends.push(status ?? '');
      });
      expect(ends).toHaveLength(4 * BUYERS);
    });
  },
);

/** Valid outcomes of conflicting changes. */
const expectable = new Set(['Reservation', 'Booking', 'ReservationNotActive', 'ExtensionLimitReached', 'InvalidInput']);
