import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { ArrayStore } from '../live/array-store.ts';
import { lingerMs, Network, openNode, type TestNode } from '../live/nodes.ts';

let store: ArrayStore;
let network: Network;
/** The node that reserves. */
let a: TestNode;
/** The node that only shows maps. */
let b: TestNode;

beforeEach(() => {
  vi.useFakeTimers();
  store = new ArrayStore(2_000, () => performance.now() + 1_000_000);
  network = new Network();
  a = openNode(store, network);
  b = openNode(store, network);
});
afterEach(async () => {
  await a[Symbol.asyncDispose]();
  await b[Symbol.asyncDispose]();
  await network[Symbol.asyncDispose]();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const keyOf = (reservationId: string) => ({ eventId: store.eventId, reservationId });

async function grant(reservationId: string, seatIndexes: readonly number[], forMs: number) {
  const change = store.reserve(reservationId, seatIndexes, forMs);
  await network.shared.gate.confirm({ ...keyOf(reservationId), seatIndexes }, forMs);
  a.expiry.granted(keyOf(reservationId), store.nowMs + forMs);
  a.committed(change);
}

async function open(node: TestNode) {
  const use = await node.seatMaps.open(store.eventId);
  if (use === null) throw new Error('the event is there');
  return use;
}

/** Number of reservations that each call so far has ended. */
function endedBy(expire: MockInstance<typeof store.expire>): number[] {
  return expire.mock.results.map(({ value }) => value.ended.length);
}

/** Other nodes do not receive what is committed meanwhile. */
async function unheard(commit: () => Promise<void>) {
  const { faults } = network;
  network.faults = () => [];
  await commit();
  network.faults = faults;
}

describe('a reservation that expires', () => {
  it('is shown on every node within little more than a frame, never early, and is written once', async () => {
    const { map } = await open(b);
    const watcher = vi.fn();
    map.onReservationsChanged(watcher);
    const expire = vi.spyOn(store, 'expire');
    await grant('r', [1, 2], 10_000);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(map.snapshot.availability.reserved).toBe(2);
    watcher.mockClear();
    await vi.advanceTimersByTimeAsync(70);
    expect(map.snapshot.availability.reserved).toBe(0);
    expect(watcher).toHaveBeenCalledWith(['r']);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(endedBy(expire).filter((count) => count > 0)).toEqual([1]);
    expect(expire.mock.calls.length).toBeLessThanOrEqual(2);
    expect(map.snapshot).toMatchObject({ number: 2, revision: 3 });
  });

  it('is written in batches when thousands expire at once', async () => {
    const { map } = await open(b);
    for (let n = 0; n < 1_200; n += 1) await grant(`r${n}`, [n], 10_000);
    const expire = vi.spyOn(store, 'expire');
    await vi.advanceTimersByTimeAsync(10_100);
    expect(endedBy(expire).filter((count) => count > 0)).toEqual(Array.from({ length: 12 }, () => 100));
    expect(map.snapshot.availability.available).toBe(2_000);
  });

  it('is written by another node when the one that granted it is gone', async () => {
    const { map } = await open(b);
    await grant('r', [1], 10_000);
    await a[Symbol.asyncDispose]();
    const expire = vi.spyOn(store, 'expire');
    await vi.advanceTimersByTimeAsync(10_200);
    expect(map.snapshot.availability.reserved).toBe(0);
    expect(expire.mock.calls).toEqual([[['r']]]);
  });

  it.each([
    ['without notifications', () => vi.spyOn(network.shared.expiry, 'touch').mockResolvedValue()],
    ['when its key was lost', () => network.shared.gate.release({ ...keyOf('r'), seatIndexes: [1] }, true)],
  ])('shows on every node %s, by asking the store', async (_, lose) => {
    const maps = [(await open(a)).map, (await open(b)).map];
    await grant('r', [1], 10_000);
    await lose();
    await vi.advanceTimersByTimeAsync(9_999);
    expect(maps.map(({ snapshot }) => snapshot.availability.reserved)).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(maps.map(({ snapshot }) => snapshot.availability.reserved)).toEqual([0, 0]);
  });

  it('is shown on every node while they cannot reach each other', async () => {
    const maps = [(await open(a)).map, (await open(b)).map];
    await grant('r', [1], 10_000);
    await vi.advanceTimersByTimeAsync(5_000);
    vi.spyOn(network.shared.expiry, 'touch').mockResolvedValue();
    network.setReachable(false);
    await vi.advanceTimersByTimeAsync(6_300);
    expect(maps.map(({ snapshot }) => snapshot.availability.reserved)).toEqual([0, 0]);
  });

  it('stays held on maps while the store does not answer, and ends as soon as it does', async () => {
    const { map } = await open(a);
    await grant('r', [1], 10_000);
    const expire = vi.spyOn(store, 'expire').mockImplementation(() => {
      throw new Error('no store');
    });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(map.snapshot.availability.reserved).toBe(1);
    expect(expire.mock.calls.length).toBeLessThan(12);
    expire.mockRestore();
    await vi.advanceTimersByTimeAsync(2_100);
    expect(map.snapshot.availability.reserved).toBe(0);
  });

  it('is counted by touches, notifications, and missing ones', async () => {
    await open(b);
    await grant('r1', [1], 10_000);
    await grant('r2', [2], 10_000);
    await network.shared.gate.release({ ...keyOf('r2'), seatIndexes: [2] }, true);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(a.said('expiry:touched')).toEqual([[2]]);
    expect(a.said('expiry:announced')).toHaveLength(1);
    expect(a.said('expiry:unannounced')).toEqual([[1]]);
  });

  it('is left to the node that granted it: others get the notification before they would touch, and the end before they would write', async () => {
    await open(b);
    await grant('r', [1], 10_000);
    await vi.advanceTimersByTimeAsync(11_000);
    expect(b.said('expiry:announced')).toHaveLength(1);
    expect(b.said('expiry:touched')).toEqual([]);
    expect(b.said('expiry:unannounced')).toEqual([]);
  });
});

describe('a reservation that was extended', () => {
  it('is still written at once by the node that granted it', async () => {
    await open(a);
    await grant('r', [1], 10_000);
    await network.shared.gate.confirm({ ...keyOf('r'), seatIndexes: [1] }, 40_000);
    b.committed(store.extend('r', 30_000));
    const expire = vi.spyOn(store, 'expire');
    await vi.advanceTimersByTimeAsync(39_999);
    expect(expire).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(50);
    expect(expire).toHaveBeenCalledWith(['r']);
  });

  it('expires at its new deadline, even if a write for the old one was in flight', async () => {
    await grant('r', [1], 10_000);
    vi.spyOn(network.shared.expiry, 'touch').mockResolvedValueOnce();
    const expire = vi.spyOn(store, 'expire').mockImplementationOnce(() => {
      a.expiry.granted(keyOf('r'), store.nowMs + 30_000);
      return { ended: [], change: null };
    });
    await vi.advanceTimersByTimeAsync(10_200);
    expect(expire).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(expire).toHaveBeenCalledTimes(2);
  });
});

describe('a reservation that did not expire', () => {
  it('stays held although its key has expired, if it was booked just before its deadline without a message', async () => {
    const { map } = await open(b);
    await grant('r', [1], 10_000);
    await vi.advanceTimersByTimeAsync(9_999);
    const booked = store.book('r');
    const frames = vi.fn();
    map.subscribe(frames);
    await vi.advanceTimersByTimeAsync(200);
    expect(b.said('expiry:announced')).not.toEqual([]);
    a.committed(booked);
    await vi.advanceTimersByTimeAsync(100);
    expect(frames.mock.calls).toMatchObject([[{ seats: [{ index: 1, status: 'BOOKED' }] }]]);
  });

  it('stays held on a node that missed its extension', async () => {
    const { map } = await open(b);
    await grant('r', [1], 10_000);
    await vi.advanceTimersByTimeAsync(9_000);
    await unheard(async () => {
      await network.shared.gate.confirm({ ...keyOf('r'), seatIndexes: [1] }, 31_000);
      const change = store.extend('r', 30_000);
      a.committed(change);
      a.expiry.granted(keyOf('r'), store.nowMs + 31_000);
    });
    const frames = vi.fn();
    map.subscribe(frames);
    await vi.advanceTimersByTimeAsync(30_900);
    expect(frames.mock.calls).toMatchObject([[{ seats: [] }]]);
    expect(b.said('feed:read')).toEqual([[store.eventId, 'log']]);
    await vi.advanceTimersByTimeAsync(200);
    expect(map.snapshot.availability.reserved).toBe(0);
  });

  it('is shown correctly on a node that missed its end', async () => {
    const { map } = await open(b);
    await grant('r1', [1], 10_000);
    await grant('r2', [2], 10_000);
    await vi.advanceTimersByTimeAsync(5_000);
    await unheard(async () => {
      await network.shared.gate.release({ ...keyOf('r1'), seatIndexes: [1] }, true);
      await network.shared.gate.release({ ...keyOf('r2'), seatIndexes: [2] }, true);
      a.committed(store.book('r1'));
      a.committed(store.cancel('r2'));
    });
    const frames = vi.fn();
    map.subscribe(frames);
    await vi.advanceTimersByTimeAsync(5_500);
    expect(frames.mock.calls).toMatchObject([
      [
        {
          seats: [
            { index: 1, status: 'BOOKED' },
            { index: 2, status: 'AVAILABLE' },
          ],
        },
      ],
    ]);
  });

  it('causes no writes once it has ended', async () => {
    await open(b);
    await grant('r1', [1], 10_000);
    await grant('r2', [2], 10_000);
    for (const id of ['r1', 'r2']) a.expiry.ended(keyOf(id));
    a.committed(store.book('r1'));
    a.committed(store.cancel('r2'));
    const touch = vi.spyOn(network.shared.expiry, 'touch');
    const expire = vi.spyOn(store, 'expire');
    await vi.advanceTimersByTimeAsync(20_000);
    expect([touch.mock.calls, expire.mock.calls]).toEqual([[], []]);
  });
});

it('is not touched for a closed map', async () => {
  const use = await open(b);
  await grant('r', [1], 60_000);
  await a[Symbol.asyncDispose]();
  use[Symbol.dispose]();
  await vi.advanceTimersByTimeAsync(lingerMs);
  const touch = vi.spyOn(network.shared.expiry, 'touch');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(touch).not.toHaveBeenCalled();
});

it("applies a notification that is early by this node's clock at the deadline", async () => {
  const { map } = await open(b);
  await grant('r', [1], 10_000);
  await network.shared.gate.confirm({ ...keyOf('r'), seatIndexes: [1] }, 9_900);
  await vi.advanceTimersByTimeAsync(9_950);
  await network.shared.expiry.touch([keyOf('r')]);
  const expire = vi.spyOn(store, 'expire');
  await vi.advanceTimersByTimeAsync(49);
  expect(expire).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(70);
  expect(expire).toHaveBeenCalled();
  expect(map.snapshot.availability.reserved).toBe(0);
});
