import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TooManySeatMaps } from '../../src/live/live-seat-maps.ts';
import { ArrayStore } from './array-store.ts';
import { frameMs, lingerMs, Network, openNode, type TestNode } from './nodes.ts';

let store: ArrayStore;
let network: Network;
let node: TestNode;

beforeEach(() => {
  vi.useFakeTimers();
  store = new ArrayStore(10, () => performance.now() + 1_000_000);
  network = new Network();
  node = openNode(store, network);
});
afterEach(async () => {
  await node[Symbol.asyncDispose]();
  await network[Symbol.asyncDispose]();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

async function openMap(eventId = store.eventId) {
  const use = await node.seatMaps.open(eventId);
  if (use === null) throw new Error('the event is there');
  return use;
}

/** Blocks loads until they are released. */
function holdLoads() {
  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const load = store.load;
  vi.spyOn(store, 'load').mockImplementation(async (eventId) => {
    const states = await load(eventId);
    await held;
    return states;
  });
  return () => goOn();
}

describe('opening', () => {
  it('reads the store once for concurrent calls, and shares the map', async () => {
    const uses = await Promise.all(Array.from({ length: 500 }, () => openMap()));
    expect(new Set(uses.map(({ map }) => map)).size).toBe(1);
    expect(store.loads).toBe(1);
    expect(node.seatMaps.get(store.eventId)).toBe(uses[0]?.map);
  });

  it('returns null for an unknown event, and reads again the next time', async () => {
    expect(await node.seatMaps.open('nowhere')).toBeNull();
    expect(await node.seatMaps.open('nowhere')).toBeNull();
    expect([store.loads, node.seatMaps.get('nowhere')]).toEqual([2, undefined]);
  });

  it('fails with the store, and works again with it', async () => {
    vi.spyOn(store, 'load').mockRejectedValueOnce(new Error('no store'));
    await expect(node.seatMaps.open(store.eventId)).rejects.toThrow('no store');
    expect((await openMap()).map.isLive).toBe(true);
  });

  it('applies changes that arrived during the load', async () => {
    const goOn = holdLoads();
    const opening = openMap();
    await vi.advanceTimersByTimeAsync(0);
    node.committed(store.reserve('r', [4], 60_000));
    await vi.advanceTimersByTimeAsync(10);
    expect(node.seatMaps.get(store.eventId)).toBeUndefined();
    goOn();
    const { map } = await opening;
    await vi.advanceTimersByTimeAsync(frameMs);
    expect([map.snapshot.availability.reserved, store.loads, store.logReads]).toEqual([1, 1, 0]);
  });

  it('reads changes that were missed during the load', async () => {
    const goOn = holdLoads();
    const opening = openMap();
    await vi.advanceTimersByTimeAsync(0);
    store.reserve('r1', [1], 60_000);
    node.committed(store.reserve('r2', [2], 60_000));
    await vi.advanceTimersByTimeAsync(10);
    goOn();
    const { map } = await opening;
    expect(map.isLive).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([map.isLive, map.snapshot.availability.reserved, store.loads]).toEqual([true, 2, 1]);
  });

  it('ends some seconds after the last use, and not before', async () => {
    const uses = [await openMap(), await openMap()];
    for (const use of uses) use[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(lingerMs - 1);
    const again = await openMap();
    await vi.advanceTimersByTimeAsync(lingerMs * 2);
    expect([store.loads, node.seatMaps.peek(store.eventId)]).toEqual([1, again.map]);

    again[Symbol.dispose]();
    again[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(lingerMs);
    expect(node.seatMaps.peek(store.eventId)).toBeUndefined();
    await openMap();
    expect(store.loads).toBe(2);
  });

  it('is done in the background by prewarming, and lasts as long as after a use', async () => {
    node.seatMaps.prewarm(store.eventId);
    node.seatMaps.prewarm(store.eventId);
    await vi.advanceTimersByTimeAsync(0);
    expect([store.loads, node.seatMaps.get(store.eventId)?.isLive]).toEqual([1, true]);
    await vi.advanceTimersByTimeAsync(lingerMs - 100);
    node.seatMaps.prewarm(store.eventId);
    await vi.advanceTimersByTimeAsync(lingerMs - 1);
    expect(node.seatMaps.peek(store.eventId)).toBeDefined();
    await vi.advanceTimersByTimeAsync(2);
    expect(node.seatMaps.peek(store.eventId)).toBeUndefined();
  });

  it('is not done by prewarming while nodes cannot notify each other', async () => {
    network.setReachable(false);
    node.seatMaps.prewarm(store.eventId);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(store.loads).toBe(0);
  });

  it('in the background never rejects', async () => {
    vi.spyOn(store, 'load').mockRejectedValueOnce(new Error('no store'));
    node.seatMaps.prewarm(store.eventId);
    node.seatMaps.prewarm('nowhere');
    await vi.advanceTimersByTimeAsync(0);
    expect(node.seatMaps.peek(store.eventId)).toBeUndefined();
    node.seatMaps.prewarm(store.eventId);
    await vi.advanceTimersByTimeAsync(0);
    expect(node.seatMaps.get(store.eventId)).toBeDefined();
  });

  it('closes the least recently used map, but none in use', async () => {
    await using small = openNode(store, network, { maxMaps: 2 });
    const load = store.load;
    vi.spyOn(store, 'load').mockImplementation(async () => load(store.eventId));
    const [first, second] = [await small.seatMaps.open('a'), await small.seatMaps.open('b')];
    await expect(small.seatMaps.open('c')).rejects.toThrow(TooManySeatMaps);
    second?.[Symbol.dispose]();
    first?.[Symbol.dispose]();
    const third = await small.seatMaps.open('c');
    expect(['a', 'b', 'c'].map((id) => small.seatMaps.peek(id) !== undefined)).toEqual([true, false, true]);
    expect(small.seatMaps.count).toBe(2);
    third?.[Symbol.dispose]();
  });

  it('ends with the node, and ends its readers', async () => {
    const { map } = await openMap();
    const closed = vi.fn();
    map.onClosed(closed);
    await node[Symbol.asyncDispose]();
    expect(closed).toHaveBeenCalledTimes(1);
    await expect(openMap()).rejects.toThrow('closed');
  });
});

describe('a map', () => {
  it('emits frames, and reservations to their followers at once', async () => {
    const { map } = await openMap();
    const [watcher, frame] = [vi.fn(), vi.fn()];
    const stop = map.onReservationsChanged(watcher);
    map.subscribe(frame);
    node.committed(store.reserve('r', [4, 2], 60_000));
    expect(watcher.mock.calls).toEqual([[['r']]]);
    await vi.advanceTimersByTimeAsync(frameMs);
    const seats = [2, 4].map((index) => ({ index, status: 'RESERVED' }));
    expect(frame.mock.calls).toMatchObject([[{ fromRevision: 1, revision: 2, seats }]]);
    stop();
  });

  it("has the event's row, and emits its changes", async () => {
    const { map } = await openMap();
    const { event } = map.event.row;
    const changed = vi.fn();
    map.event.subscribe(changed);
    node.committed(store.reserve('r', [4, 2], 60_000));
    expect([map.event.row, changed.mock.calls.length]).toEqual([{ event, revision: 1 }, 0]);
    node.committed(store.setSalesStatus('PAUSED'));
    node.committed(store.setSalesStatus('PAUSED'));
    expect([map.event.row, changed.mock.calls.length]).toEqual([
      { event: { ...event, salesStatus: 'PAUSED' }, revision: 3 },
      1,
    ]);
  });

  it('closes sales when the event begins, to the millisecond, however far away that is', async () => {
    const { map } = await openMap();
    const { event } = map.event.row;
    expect(event.startsAtMs - store.nowMs).toBe(30 * 24 * 3_600_000);
    const changed = vi.fn();
    map.event.subscribe(changed);
    await vi.advanceTimersByTimeAsync(event.startsAtMs - store.nowMs - 1);
    expect([map.event.row.event.salesStatus, changed.mock.calls.length]).toEqual(['ON_SALE', 0]);
    await vi.advanceTimersByTimeAsync(20);
    expect([map.event.row.event, changed.mock.calls.length]).toEqual([{ ...event, salesStatus: 'CLOSED' }, 1]);
    node.committed(store.setSalesStatus('PAUSED'));
    expect([map.event.row.event.salesStatus, changed.mock.calls.length]).toEqual(['CLOSED', 1]);
  });

  it('stays open while the store is unavailable, and retries with growing pauses', async () => {
    const { map } = await openMap();
    const looks = vi.spyOn(store, 'readRevisions').mockRejectedValue(new Error('no store'));
    map.doubt();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([map.isLive, map.snapshot.availability.available]).toEqual([false, 10]);
    expect(looks.mock.calls.length).toBeGreaterThan(10);
    expect(looks.mock.calls.length).toBeLessThan(25);
    looks.mockRestore();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(map.isLive).toBe(true);
  });

  it('reads only its head every second while nodes cannot notify each other and nothing changes', async () => {
    const { map } = await openMap();
    network.setReachable(false);
    store.reserve('r', [1], 60_000);
    await vi.advanceTimersByTimeAsync(1_050);
    expect([map.isLive, map.snapshot.availability.reserved]).toEqual([false, 1]);
    await vi.advanceTimersByTimeAsync(9_000);
    expect([store.loads, store.logReads]).toEqual([1, 1]);
    expect(store.looks).toBeGreaterThanOrEqual(9);
    expect(store.looks).toBeLessThan(16);

    network.setReachable(true);
    await vi.advanceTimersByTimeAsync(100);
    expect(map.isLive).toBe(true);
    const { looks } = store;
    await vi.advanceTimersByTimeAsync(10_000);
    expect([store.loads, store.logReads, map.isLive]).toEqual([1, 1, true]);
    expect(store.looks - looks).toBeLessThanOrEqual(3);
  });

  it('refuses a seat until its deadline and no longer', async () => {
    const { map } = await openMap();
    node.committed(store.reserve('r', [1], 5_000));
    await vi.advanceTimersByTimeAsync(4_990);
    expect(map.isTaken(1)).toBe(true);
    await vi.advanceTimersByTimeAsync(10);
    expect(map.isTaken(1)).toBe(false);
  });

  it('knows all reservations of its event, from one read and later changes', async () => {
    const [before, after, missed, never] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    store.reserve(before, [1], 5_000);
    const { map } = await openMap();
    expect(store.reads).toBe(0);
    expect(await Promise.all([before, after, never].map((id) => map.mayHaveHad(id)))).toEqual([true, false, false]);
    node.committed(store.reserve(after, [2], 5_000));
    store.reserve(missed, [3], 5_000);
    await vi.advanceTimersByTimeAsync(6_000);
    expect([before, after, missed, never].map((id) => map.mayHaveHad(id))).toEqual([true, true, true, false]);
    expect(store.reads).toBe(1);
  });

  it('is compared with the store every few minutes, and corrected if it differs at the same revision', async () => {
    const { map } = await openMap();
    node.committed(store.reserve('r', [1], 3_600_000));
    await vi.advanceTimersByTimeAsync(300_000);
    expect(node.said('map:compared')).toEqual([[store.eventId, 'equal']]);
    const load = store.load;
    const wrong = { status: 'BLOCKED', reservationId: null, expiresAtMs: null } as const;
    vi.spyOn(store, 'load').mockImplementation(async (eventId) => {
      const state = (await load(eventId)) ?? expect.unreachable();
      return { ...state, seats: state.seats.with(7, wrong) };
    });
    const frame = vi.fn();
    map.subscribe(frame);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(node.said('map:compared').at(-1)).toEqual([store.eventId, 'different']);
    expect(frame.mock.calls).toMatchObject([
      [{ fromRevision: 2, revision: 2, seats: [{ index: 7, status: 'BLOCKED' }] }],
    ]);
    expect(map.since(2)).toBeUndefined();
    vi.spyOn(store, 'load').mockImplementation(async (eventId) => {
      const state = (await load(eventId)) ?? expect.unreachable();
      return { ...state, event: { ...state.event, name: 'Another evening' } };
    });
    await vi.advanceTimersByTimeAsync(600_000);
    expect([node.said('map:compared').at(-1)?.[1], map.event.row.event.name]).toEqual(['equal', 'Another evening']);
  });
});
