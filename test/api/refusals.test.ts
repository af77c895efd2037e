import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SetSalesStatusDocument } from '../../src/client/generated/documents.ts';
import { LEASE_MS } from '../../src/coordination/lease.ts';
import { seatKey } from '../../src/coordination/redis/keys.ts';
import { decodeEventId, decodeReservationId } from '../../src/graphql/ids.ts';
import { HEADS_EVERY_MS } from '../../src/live/head-watch.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { findReservations } from '../../src/store/queries/reservations.ts';
import { cancelReservations } from '../../src/store/statements/cancel-reservations.ts';
import { dataOf } from '../support/graphql.ts';
import { nodeEnv, startNode } from '../support/node.ts';
import { startPostgres } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Buyer, newBuyer, reservationIn } from './buyer.ts';
import { ServerProcess } from './server-process.ts';
import { startTwoNodes, type TwoNodes } from './two-nodes.ts';
import { type Offer, offer, organizerToken } from './venue.ts';

type Node = TwoNodes['a'];

/** A cancelled seat must be available this soon. */
const atOnceMs = 250;
/** Duration of one request on a busy machine. */
const requestMs = 3_000;

let nodes: TwoNodes;
beforeAll(async () => {
  nodes = await startTwoNodes();
});
afterAll(() => nodes?.[Symbol.asyncDispose]());

/** Requests the taken seat repeatedly, so that all layers of the node know it. */
async function heat(node: Node, sale: Offer, seat: number): Promise<void> {
  const buyer = await newBuyer();
  for (let time = 0; time < 20; time += 1) {
    expect(await buyer.reserve(node, sale, [seat], randomUUID())).toMatchObject({ __typename: 'SeatsUnavailable' });
  }
}

/** Resolves when the buyer has the seat. Every request has a new key. */
function got(buyer: Buyer, node: Node, { sale, seat, withinMs }: { sale: Offer; seat: number; withinMs: number }) {
  return waitFor(async () => (await buyer.reserve(node, sale, [seat], randomUUID())).__typename === 'Reservation', {
    withinMs: withinMs + requestMs,
    what: `seat ${seat}`,
  });
}

function uuidOf({ eventId }: Offer): string {
  return decodeEventId(eventId) ?? '';
}

describe('while all layers know that the seat is taken', () => {
  test('a cancelled seat can be reserved at once through every node', async () => {
    const sale = await offer(nodes.a);
    const [holder, next] = await Promise.all([newBuyer(), newBuyer()]);
    for (const [seat, node] of [nodes.a, nodes.b].entries()) {
      const { id } = reservationIn(await holder.reserve(nodes.a, sale, [seat]));
      await Promise.all([heat(nodes.a, sale, seat), heat(nodes.b, sale, seat)]);
      await holder.cancel(nodes.a, id);
      await got(next, node, { sale, seat, withinMs: atOnceMs });
    }
  });

  test('a lapsed seat can be reserved at once through every node', async () => {
    const sale = await offer(nodes.a, { reservationSeconds: 3 });
    const [holder, next] = await Promise.all([newBuyer(), newBuyer()]);
    const held = reservationIn(await holder.reserve(nodes.a, sale, [0, 1]));
    await Promise.all([heat(nodes.a, sale, 0), heat(nodes.b, sale, 1)]);
    const withinMs = Date.parse(held.expiresAt) - Date.now() + atOnceMs;
    await Promise.all([
      got(next, nodes.a, { sale, seat: 0, withinMs }),
      got(next, nodes.b, { sale, seat: 1, withinMs }),
    ]);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(held.expiresAt));
  });

  test('refusals do not need the store, and continue while it does not answer', async () => {
    await using store = await startPostgres();
    await using redis = await startRedis();
    await using node = await startNode({ env: { DATABASE_URL: await store.createDatabase(), REDIS_URL: redis.url } });
    const sale = await offer(node);
    reservationIn(await (await newBuyer()).reserve(node, sale, [0]));
    const buyers = await Promise.all(Array.from({ length: 300 }, newBuyer));
    await heat(node, sale, 0);
    store.pause();
    try {
      const outcomes = await Promise.all(
        buyers.map((buyer, nth) => buyer.reserve(node, sale, [0], nth % 2 === 0 ? randomUUID() : undefined)),
      );
      for (const { __typename } of outcomes) expect(__typename).toBe('SeatsUnavailable');
    } finally {
      store.resume();
    }
  });

  test('a retry returns the earlier reservation through every node, whoever has the seat now', async () => {
    const sale = await offer(nodes.a);
    const [first, second] = await Promise.all([newBuyer(), newBuyer()]);
    const key = randomUUID();
    const { id } = reservationIn(await first.reserve(nodes.a, sale, [0], key));
    await first.cancel(nodes.a, id);
    reservationIn(await second.reserve(nodes.b, sale, [0]));
    await Promise.all([heat(nodes.a, sale, 0), heat(nodes.b, sale, 0)]);
    for (const node of [nodes.a, nodes.b]) {
      expect(reservationIn(await first.reserve(node, sale, [0], key))).toMatchObject({ id, status: 'CANCELLED' });
    }
  });

  test('an event that becomes a draft again is no longer visible to its buyers', async () => {
    const sale = await offer(nodes.a);
    const [holder, other] = await Promise.all([newBuyer(), newBuyer()]);
    reservationIn(await holder.reserve(nodes.a, sale, [0]));
    await Promise.all([heat(nodes.a, sale, 0), heat(nodes.b, sale, 0)]);
    const input = { eventId: sale.eventId, salesStatus: 'DRAFT' as const };
    await dataOf(nodes.a.graphqlUrl, SetSalesStatusDocument, { input }, await organizerToken);
    for (const node of [nodes.a, nodes.b]) {
      await waitFor(async () => (await other.reserve(node, sale, [0])).__typename === 'NotFound', {
        withinMs: 1_000 + requestMs,
        what: 'the event to be gone',
      });
    }
  });
});

describe('an outdated refusal', () => {
  test('ends at once if only a stale claim is left', async () => {
    const sale = await offer(nodes.a);
    for (const [seat, node] of [nodes.a, nodes.b].entries()) {
      await nodes.redis.cli('SET', seatKey(uuidOf(sale), seat), randomUUID(), 'PX', 600_000);
      await got(await newBuyer(), node, { sale, seat, withinMs: atOnceMs });
    }
  });

  test('ends when the heads of events are next read, if all messages were lost', async () => {
    const sale = await offer(nodes.a);
    const { id } = reservationIn(await (await newBuyer()).reserve(nodes.a, sale, [0]));
    await Promise.all([heat(nodes.a, sale, 0), heat(nodes.b, sale, 0)]);
    const place = decodeReservationId(id) ?? expect.fail(id);
    await using unheard = await openDatabase({ kind: 'postgres', url: nodes.databaseUrl, poolSize: 1 });
    const holders = await findReservations(unheard, [place]);
    const requests = holders.map(({ viewerId }) => ({ ...place, viewerId, seatIndexes: null }));
    expect(await cancelReservations(unheard, place.eventId, requests)).toMatchObject([{ outcome: 'cancelled' }]);
    const buyer = await newBuyer();
    await Promise.any([nodes.a, nodes.b].map((node) => got(buyer, node, { sale, seat: 0, withinMs: HEADS_EVERY_MS })));
  });
});

test('a seat is free after the lease at the latest, when a node is killed between the gate and the commit', {}, async () => {
  await using store = await startPostgres();
  await using redis = await startRedis();
  const env = { ...nodeEnv, DATABASE_URL: await store.createDatabase(), REDIS_URL: redis.url };
  await using other = await startNode({ env });
  await using dying = ServerProcess.serve({ env, cwd: tmpdir() });
  const graphqlUrl = await dying.ready();
  const sale = await offer(other);
  const buyer = await newBuyer();
  // The node has read everything that it needs except the answer to its write.
  reservationIn(await buyer.reserve({ graphqlUrl }, sale, [1]));

  store.pause();
  const unanswered = buyer.reserve({ graphqlUrl }, sale, [0]).catch(() => 'cut off');
  const isMarked = async () => Number(await redis.cli('EXISTS', seatKey(uuidOf(sale), 0))) === 1;
  await waitFor(isMarked, { withinMs: 5_000, what: 'the mark' });
  dying.signal('SIGKILL');
  expect(await unanswered).toBe('cut off');
  store.resume();

  await got(await newBuyer(), other, { sale, seat: 0, withinMs: LEASE_MS });
});
