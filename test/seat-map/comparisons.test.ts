import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WRONG_FOR_AT_MOST_MS } from '../../src/seat-map/comparisons.ts';
import { ArrayStore } from './array-store.ts';
import { Network, openNode, type TestNode } from './nodes.ts';

let store: ArrayStore;
let network: Network;
let node: TestNode;

beforeEach(() => {
  vi.useFakeTimers();
  store = new ArrayStore(10, () => performance.now() + 1_000_000);
  network = new Network();
  node = openNode('a', store, network);
});
afterEach(async () => {
  await node[Symbol.asyncDispose]();
  await network[Symbol.asyncDispose]();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

async function openMap() {
  const use = await node.seatMaps.open(store.eventId);
  if (use === null) throw new Error('the event is there');
  return use.map;
}

const results = () => node.onCompared.mock.calls.map(([, result]) => result);

it('finds a message that was lost with nothing following, and reads the store once for it', async () => {
  const map = await openMap();
  store.reserve('r', [3], 60_000);
  await vi.advanceTimersByTimeAsync(WRONG_FOR_AT_MOST_MS);
  expect(map.snapshot.availability.reserved).toBe(1);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(results().filter((result) => result === 'different')).toHaveLength(1);
  expect([store.loads, node.onRepaired.mock.calls]).toEqual([2, [[store.eventId, 1]]]);
});

it('finds it among other changes that are heard of all the time', async () => {
  const map = await openMap();
  store.block([3]);
  for (let n = 0; n < WRONG_FOR_AT_MOST_MS / 20; n += 1) {
    await node.bus.publish(store.eventId, n % 2 === 0 ? store.block([5]) : store.unblock([5]));
    await vi.advanceTimersByTimeAsync(20);
  }
  expect(results()).toContain('different');
  expect([...new Set(results())]).not.toContain('equal');
  expect(map.snapshot.availability.blocked).toBeGreaterThanOrEqual(1);
  expect(node.onRepaired.mock.calls[0]).toEqual([store.eventId, 1]);
});

it('reads nothing for news that was only late', async () => {
  await openMap();
  await vi.advanceTimersByTimeAsync(2_400);
  const change = store.block([3]);
  setTimeout(() => node.bus.publish(store.eventId, change), 350);
  await vi.advanceTimersByTimeAsync(2_000);
  expect([results(), store.loads]).toEqual([['late'], 1]);
});

it('finds a store that lost what it had said', async () => {
  const map = await openMap();
  const lost = store.reserve('r', [3], 60_000);
  await node.bus.publish(store.eventId, {
    ...lost,
    seats: lost.seats.map((seat) => ({
      ...seat,
      version: 9,
      status: 'BOOKED',
      reservationId: null,
      expiresAtMs: null,
    })),
  });
  await vi.advanceTimersByTimeAsync(100);
  expect(map.snapshot.availability.booked).toBe(1);
  await vi.advanceTimersByTimeAsync(WRONG_FOR_AT_MOST_MS);
  expect(map.snapshot.availability).toMatchObject({ booked: 0, reserved: 1 });
});

it('goes on when the store does not answer, and asks nothing while the map is read anew anyway', async () => {
  const map = await openMap();
  const readDigest = vi.spyOn(store, 'digest', 'get').mockImplementation(() => {
    throw new Error('no store');
  });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(readDigest.mock.calls.length).toBeGreaterThanOrEqual(4);
  readDigest.mockRestore();
  store.block([3]);
  await vi.advanceTimersByTimeAsync(WRONG_FOR_AT_MOST_MS);
  expect(map.snapshot.availability.blocked).toBe(1);
  node.onCompared.mockClear();
  network.setReachable(false);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(results()).toEqual([]);
});
