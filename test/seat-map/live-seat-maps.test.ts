import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ArrayStore } from './array-store.ts';
import { frameMs, lingerMs, Network, openNode, type TestNode } from './nodes.ts';

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

async function openMap(eventId = store.eventId) {
  const use = await node.seatMaps.open(eventId);
  if (use === null) throw new Error('the event is there');
  return use;
}

/** Makes the next loads wait until told to go on. */
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
  it('reads the store once, however many come at once, and shares the map', async () => {
    const uses = await Promise.all(Array.from({ length: 500 }, () => openMap()));
    expect(new Set(uses.map(({ map }) => map)).size).toBe(1);
    expect(store.loads).toBe(1);
    expect(node.seatMaps.get(store.eventId)).toBe(uses[0]?.map);
  });

  it('gives null for an event that is not there, and asks again the next time', async () => {
    expect(await node.seatMaps.open('nowhere')).toBeNull();
    expect(await node.seatMaps.updates('nowhere')).toBeNull();
    expect([store.loads, node.seatMaps.get('nowhere')]).toEqual([2, undefined]);
  });

  it('fails with the store, and works again with it', async () => {
    vi.spyOn(store, 'load').mockRejectedValueOnce(new Error('no store'));
    await expect(node.seatMaps.open(store.eventId)).rejects.toThrow('no store');
    expect((await openMap()).map.isLive).toBe(true);
  });

  it('applies what came while the store was read', async () => {
    const goOn = holdLoads();
    const opening = openMap();
    await vi.advanceTimersByTimeAsync(0);
    await node.bus.publish(store.eventId, store.reserve('r', [4], 60_000));
    await vi.advanceTimersByTimeAsync(10);
    expect(node.seatMaps.get(store.eventId)).toBeUndefined();
    goOn();
    expect((await opening).map.snapshot.availability.reserved).toBe(1);
  });

  it('reads once more when something was missed meanwhile', async () => {
    const other = network.coordination('b').bus;
    const goOn = holdLoads();
    const opening = openMap();
    await vi.advanceTimersByTimeAsync(0);
    network.faults = () => [];
    await other.publish(store.eventId, store.reserve('r1', [1], 60_000));
    network.faults = () => [1];
    await other.publish(store.eventId, store.reserve('r2', [2], 60_000));
    await vi.advanceTimersByTimeAsync(10);
    goOn();
    const { map } = await opening;
    expect(map.isLive).toBe(false);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([map.isLive, map.snapshot.availability.reserved]).toEqual([true, 2]);
  });

  it('ends when the last one left some seconds ago, and not before', async () => {
    const uses = [await openMap(), await openMap()];
    for (const use of uses) use[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(lingerMs - 1);
    const again = await openMap();
    await vi.advanceTimersByTimeAsync(lingerMs * 2);
    expect([store.loads, node.seatMaps.shown(store.eventId)]).toEqual([1, again.map]);

    again[Symbol.dispose]();
    again[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(lingerMs);
    expect(node.seatMaps.shown(store.eventId)).toBeUndefined();
    await openMap();
    expect(store.loads).toBe(2);
  });

  it('is done in the background for an event that is wanted, and lasts as long as after a use', async () => {
    node.seatMaps.want(store.eventId);
    node.seatMaps.want(store.eventId);
    await vi.advanceTimersByTimeAsync(0);
    expect([store.loads, node.seatMaps.get(store.eventId)?.isLive]).toEqual([1, true]);
    await vi.advanceTimersByTimeAsync(lingerMs - 100);
    node.seatMaps.want(store.eventId);
    await vi.advanceTimersByTimeAsync(lingerMs - 1);
    expect(node.seatMaps.shown(store.eventId)).toBeDefined();
    await vi.advanceTimersByTimeAsync(2);
    expect(node.seatMaps.shown(store.eventId)).toBeUndefined();
  });

  it('is not done in the background while nodes cannot reach each other', async () => {
    network.setReachable(false);
    node.seatMaps.want(store.eventId);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(store.loads).toBe(0);
  });

  it('in the background fails for nobody', async () => {
    vi.spyOn(store, 'load').mockRejectedValueOnce(new Error('no store'));
    node.seatMaps.want(store.eventId);
    node.seatMaps.want('nowhere');
    await vi.advanceTimersByTimeAsync(0);
    expect(node.seatMaps.shown(store.eventId)).toBeUndefined();
    node.seatMaps.want(store.eventId);
    await vi.advanceTimersByTimeAsync(0);
    expect(node.seatMaps.get(store.eventId)).toBeDefined();
  });

  it('ends with the node, readers and all', async () => {
    const updates = await node.seatMaps.updates(store.eventId);
    const counts = await node.seatMaps.availability(store.eventId);
    await updates?.next();
    await counts?.next();
    const waiting = [updates?.next(), counts?.next()];
    await node[Symbol.asyncDispose]();
    expect((await Promise.all(waiting)).map((result) => result?.done)).toEqual([true, true]);
    await expect(openMap()).rejects.toThrow('closed');
  });
});

describe('a map', () => {
  it('tells readers of frames and watchers of reservations at once', async () => {
    const { map } = await openMap();
    const watcher = vi.fn();
    const stop = map.onReservationsChanged(watcher);
    const updates = await node.seatMaps.updates(store.eventId);
    await updates?.next();
    await node.bus.publish(store.eventId, store.reserve('r', [4, 2], 60_000));
    await vi.advanceTimersByTimeAsync(0);
    expect(watcher.mock.calls).toEqual([[['r']]]);
    const next = updates?.next();
    await vi.advanceTimersByTimeAsync(frameMs);
    expect(await next).toMatchObject({
      value: {
        seats: [
          { index: 2, status: 'RESERVED' },
          { index: 4, status: 'RESERVED' },
        ],
      },
    });
    stop();
    await updates?.return?.();
  });

  it('is repaired after a gap, telling only true differences, and is not live until then', async () => {
    const { map } = await openMap();
    const frame = vi.fn();
    map.subscribe(frame);
    const watcher = vi.fn();
    map.onReservationsChanged(watcher);
    const other = network.coordination('b').bus;
    network.faults = () => [];
    await other.publish(store.eventId, store.reserve('r1', [1], 60_000));
    network.faults = () => [1];
    await other.publish(store.eventId, store.reserve('r2', [2], 60_000));
    await vi.advanceTimersByTimeAsync(1);
    expect([map.isLive, node.seatMaps.get(store.eventId), node.seatMaps.shown(store.eventId)]).toEqual([
      false,
      undefined,
      map,
    ]);
    await vi.advanceTimersByTimeAsync(frameMs);
    expect(frame.mock.calls).toMatchObject([[{ sequence: 1, seats: [{ index: 1 }, { index: 2 }] }]]);
    expect(node.onRepaired.mock.calls).toEqual([[store.eventId, 1]]);
    expect(watcher.mock.calls).toEqual([[['r2']], [['r1']]]);
    expect(map.isLive).toBe(true);
  });

  it('is never repaired twice at once, and once more when asked meanwhile', async () => {
    const { map } = await openMap();
    const frame = vi.fn();
    map.subscribe(frame);
    const goOn = holdLoads();
    for (let n = 0; n < 10; n += 1) map.repair();
    await vi.advanceTimersByTimeAsync(1);
    expect(store.loads).toBe(2);
    await node.bus.publish(store.eventId, store.reserve('r', [1], 60_000));
    for (let n = 0; n < 10; n += 1) map.repair();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([store.loads, map.isLive]).toEqual([2, false]);
    goOn();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([store.loads, map.isLive]).toEqual([3, true]);
    expect(frame.mock.calls).toMatchObject([[{ seats: [{ index: 1, status: 'RESERVED' }] }]]);
  });

  it('stays shown while the store is away, and asks again less and less often', async () => {
    const { map } = await openMap();
    const load = vi.spyOn(store, 'load').mockRejectedValue(new Error('no store'));
    map.repair();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([map.isLive, map.snapshot.availability.available]).toEqual([false, 10]);
    expect(load.mock.calls.length).toBeGreaterThan(10);
    expect(load.mock.calls.length).toBeLessThan(25);
    load.mockRestore();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(map.isLive).toBe(true);
  });

  it('asks the store every second while nodes cannot reach each other', async () => {
    const { map } = await openMap();
    network.setReachable(false);
    await network.coordination('b').bus.publish(store.eventId, store.reserve('r', [1], 60_000));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(store.loads).toBeGreaterThanOrEqual(10);
    expect(store.loads).toBeLessThan(16);
    expect([map.isLive, map.snapshot.availability.reserved]).toEqual([false, 1]);

    network.setReachable(true);
    await vi.advanceTimersByTimeAsync(2_000);
    const { loads } = store;
    await vi.advanceTimersByTimeAsync(10_000);
    expect([store.loads, map.isLive]).toEqual([loads, true]);
  });

  it('refuses a seat until its deadline and no longer', async () => {
    const { map } = await openMap();
    await node.bus.publish(store.eventId, store.reserve('r', [1], 5_000));
    await vi.advanceTimersByTimeAsync(4_990);
    expect(map.isTaken(1)).toBe(true);
    await vi.advanceTimersByTimeAsync(10);
    expect(map.isTaken(1)).toBe(false);
  });

  it('knows the reservations that its event ever had, from one read and from what is told', async () => {
    const [before, after, never] = [randomUUID(), randomUUID(), randomUUID()];
    store.reserve(before, [1], 5_000);
    const { map } = await openMap();
    expect(store.reads).toBe(0);
    expect(await Promise.all([before, after, never].map((id) => map.mayHaveHad(id)))).toEqual([true, false, false]);
    await node.bus.publish(store.eventId, store.reserve(after, [2], 5_000));
    await vi.advanceTimersByTimeAsync(6_000);
    expect([before, after, never].map((id) => map.mayHaveHad(id))).toEqual([true, true, false]);
    expect(store.reads).toBe(1);
  });

  it('reads them again after something was missed', async () => {
    const { map } = await openMap();
    await map.mayHaveHad(randomUUID());
    const missed = randomUUID();
    store.reserve(missed, [1], 60_000);
    expect(map.mayHaveHad(missed)).toBe(false);
    map.repair();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await map.mayHaveHad(missed)).toBe(true);
    expect(await map.mayHaveHad(randomUUID())).toBe(false);
    expect(store.reads).toBe(2);
  });
});
