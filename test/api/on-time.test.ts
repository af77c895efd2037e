import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { startCluster } from '../support/cluster.ts';
import { startNode } from '../support/node.ts';
import { startRedis } from '../support/redis.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Buyer, newBuyer, reservationIn } from './buyer.ts';
import { print, quantile } from './figures.ts';
import { storedStatuses } from './store-view.ts';
import { startTwoNodesOn } from './two-nodes.ts';
import { type Offer, offer } from './venue.ts';
import { watchReservation, watchSeatMap } from './watching.ts';

/** Median delay of maps, and maximum of maps and holders on a busy machine. */
const lateByMs = 500;
const latestByMs = 3_000;
const soon = { withinMs: 20_000 };
const env = { MAX_ACTIVE_RESERVATIONS: '1000' };

interface Stage extends AsyncDisposable {
  /** Two nodes with one store, or the same node twice. */
  readonly nodes: readonly [App, App];
}

const stages: readonly { readonly name: string; start(): Promise<Stage> }[] = [
  {
    name: 'on two nodes',
    start: async () => stageOn(await startRedis()),
  },
  {
    name: 'on two nodes with a Redis Cluster',
    start: async () => stageOn(await startCluster({ replicas: false })),
  },
  {
    name: 'on one node by itself',
    start: async () => {
      const node = await startNode({ env });
      return { nodes: [node, node], [Symbol.asyncDispose]: () => node[Symbol.asyncDispose]() };
    },
  },
];

async function stageOn(redis: AsyncDisposable & { readonly url: string }): Promise<Stage> {
  const { a, b, [Symbol.asyncDispose]: stop } = await startTwoNodesOn(redis, { env });
  return { nodes: [a, b], [Symbol.asyncDispose]: stop };
}

/** Timers may fire early. The store's clock is that of this machine. */
async function untilMoment(moment: string): Promise<number> {
  const ms = Date.parse(moment);
  while (Date.now() < ms) await sleep(ms - Date.now());
  return ms;
}

describe.each(stages)('a reservation of one second, $name,', ({ start }) => {
  let stage: Stage;
  let here: App;
  let there: App;
  let brief: Offer;
  /** Several viewers, because one viewer's requests are written one after the other. */
  let holders: readonly Buyer[];
  let rival: Buyer;

  beforeAll(async () => {
    stage = await start();
    [here, there] = stage.nodes;
    holders = await Promise.all(Array.from({ length: 10 }, newBuyer));
    rival = await newBuyer();
  });
  afterAll(() => stage?.[Symbol.asyncDispose]());

  const offerBrief = async (seats = 20) => {
    brief = await offer(here, { seats, reservationSeconds: 1 });
  };
  const holderOf = (seat: number) => holders[seat % holders.length] ?? expect.unreachable();
  const holdSeat = async (seat: number) => reservationIn(await holderOf(seat).reserve(here, brief, [seat]));

  test.each([false, true])('can be reserved anew by the very next request (maps shown: %s)', async (mapsShown) => {
    await offerBrief();
    const watches = mapsShown ? await Promise.all(stage.nodes.map((node) => watchSeatMap(node, brief))) : [];
    const tries = Array.from({ length: 10 }, async (_, seat) => {
      await sleep(30 * seat);
      const { expiresAt } = await holdSeat(seat);
      await untilMoment(expiresAt);
      const next = reservationIn(await rival.reserve(seat % 2 === 0 ? here : there, brief, [seat]));
      expect(Date.parse(next.createdAt)).toBeGreaterThanOrEqual(Date.parse(expiresAt));
    });
    await Promise.all(tries);
    for (const watch of watches) await watch[Symbol.asyncDispose]();
  });

  test('can be reserved by a waiting rival right after its deadline, and not before', async () => {
    await offerBrief();
    const { expiresAt } = await holdSeat(0);
    const rivals = await Promise.all(Array.from({ length: 4 }, newBuyer));
    let createdAt: string | undefined;
    const askUntilWon = async (asking: Buyer, nth: number) => {
      while (createdAt === undefined) {
        const outcome = await asking.reserve(nth % 2 === 0 ? here : there, brief, [0]);
        if (outcome.__typename === 'Reservation') createdAt = outcome.createdAt;
        else expect(outcome.__typename).toBe('SeatsUnavailable');
      }
    };
    await Promise.all(rivals.map(askUntilWon));
    const lateMs = Date.parse(createdAt ?? '') - Date.parse(expiresAt);
    expect(lateMs).toBeGreaterThanOrEqual(0);
    expect(lateMs).toBeLessThan(latestByMs);
  });

  test('is shown as free on every map on time, and never early', async () => {
    const count = 60;
    await offerBrief(count);
    await using ofHere = await watchSeatMap(here, brief);
    await using ofThere = await watchSeatMap(there, brief);
    const lateMs: number[] = [];
    const follow = async (seat: number) => {
      await sleep(20 * seat);
      const deadlineMs = Date.parse((await holdSeat(seat)).expiresAt);
      for (const watch of [ofHere, ofThere]) {
        const { atMs } = await watch.told(seat, 'AVAILABLE', { fromMs: 0 });
        lateMs.push(atMs - deadlineMs);
      }
    };
    await Promise.all(Array.from({ length: count }, (_, seat) => follow(seat)));
    print(`maps behind deadlines: median ${quantile(lateMs, 0.5)} ms, p99 ${quantile(lateMs, 0.99)} ms`);
    expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0);
    expect(quantile(lateMs, 0.5)).toBeLessThan(lateByMs);
    expect(Math.max(...lateMs)).toBeLessThan(latestByMs);
    expect(ofThere.statuses).toEqual(await storedStatuses(here, brief));
  });

  test('sends its holder the expiry as the last message', async () => {
    await offerBrief();
    const { id, expiresAt } = await holdSeat(0);
    await using ofHere = await watchReservation(here, id, holderOf(0).token);
    await using ofThere = await watchReservation(there, id, holderOf(0).token);
    for (const watch of [ofHere, ofThere]) {
      await waitFor(watch.isCompleted, { ...soon, what: 'the subscription to complete' });
      expect(watch.states.map(({ status }) => status)).toEqual(['ACTIVE', 'EXPIRED']);
      const lateMs = (watch.states.at(-1)?.atMs ?? 0) - Date.parse(expiresAt);
      expect(lateMs).toBeGreaterThanOrEqual(0);
      expect(lateMs).toBeLessThan(latestByMs);
      expect(watch.states.at(-1)).toMatchObject({ expiresInMs: 0, extensionsLeft: 0, seats: [{ index: 0 }] });
    }
  });

  test('can neither be confirmed nor extended nor cancelled any more', async () => {
    await offerBrief();
    const { id, expiresAt } = await holdSeat(0);
    await untilMoment(expiresAt);
    const expired = { __typename: 'ReservationExpired', expiredAt: expiresAt };
    expect(await holderOf(0).confirm(there, id)).toMatchObject(expired);
    expect(await holderOf(0).extend(here, id)).toMatchObject(expired);
    expect(await holderOf(0).cancel(there, id)).toMatchObject(expired);
    expect(await holderOf(0).look(here, id)).toMatchObject({ status: 'EXPIRED', seats: [{ index: 0 }] });
  });
});
