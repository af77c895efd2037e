import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { changedSeats, type SeatMapSubscription } from '../../src/client/index.ts';
import type { Live, LiveStore } from '../../src/client/live.ts';
import { createLiveStore } from '../../src/client/live-store.ts';
import { followedSeatMap, type SeatMapState } from '../../src/client/seat-map-state.ts';
import { ServerOfMaps } from './server-of-maps.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function storeOf(server: ServerOfMaps): LiveStore<SeatMapState> {
  return createLiveStore<SeatMapState, SeatMapSubscription>({
    socket: server,
    ...followedSeatMap('event', false),
    isEndless: true,
  });
}

/** Delivers everything, and runs all timers, so that every loss is noticed. */
function atRest(server: ServerOfMaps): void {
  server.connect();
  // A lost delta is noticed only by a later one.
  server.change(0, ((server.codes[0] ?? 0) + 1) % 4);
  for (let rounds = 0; rounds < 3; rounds += 1) {
    server.deliver(Number.POSITIVE_INFINITY);
    vi.advanceTimersByTime(60_000);
  }
}

const seatCount = 9;
type Step = (server: ServerOfMaps) => void;
const steps: fc.Arbitrary<readonly [string, Step]> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.nat(seatCount - 1), fc.nat(3))
      .map(([index, code]) => ['change', (server: ServerOfMaps) => server.change(index, code)] as const),
  },
  {
    weight: 5,
    arbitrary: fc.nat(4).map((count) => ['deliver', (server: ServerOfMaps) => server.deliver(count)] as const),
  },
  {
    weight: 1,
    arbitrary: fc.nat(seatCount - 1).map((index) => ['lapse', (server: ServerOfMaps) => server.lapse(index)] as const),
  },
  { weight: 2, arbitrary: fc.nat(3_000).map((ms) => ['wait', () => void vi.advanceTimersByTime(ms)] as const) },
  ...(['changeElsewhere', 'sendSnapshots', 'loseOne', 'disconnect', 'connect', 'doubt', 'refuse'] as const).map(
    (name) => ({
      weight: 1,
      arbitrary: fc.constant([name, (server: ServerOfMaps) => server[name]()] as const),
    }),
  ),
);

describe('any messages in any order', () => {
  test("at rest the map is the server's", () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 60 }), (script) => {
        const server = new ServerOfMaps(seatCount);
        const store = storeOf(server);
        const stop = store.subscribe(() => {});
        for (const [, step] of script) step(server);
        atRest(server);
        const { state, data, error } = store.getSnapshot();
        expect([state, error]).toEqual(['live', null]);
        expect(Array.from(data?.statuses ?? [])).toEqual(Array.from(server.codes));
        stop();
      }),
      { numRuns: 2_000 },
    );
  });

  test('snapshots are immutable, and their counts match their statuses', () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 40 }), (script) => {
        const server = new ServerOfMaps(seatCount);
        const store = storeOf(server);
        const seen: { readonly live: Live<SeatMapState>; readonly statuses: readonly number[] }[] = [];
        const stop = store.subscribe(() => {
          const live = store.getSnapshot();
          seen.push({ live, statuses: Array.from(live.data?.statuses ?? []) });
        });
        for (const [, step] of script) step(server);
        stop();
        vi.advanceTimersByTime(60_000);
        expect(server.isUsed).toBe(false);
        for (const [at, { live, statuses }] of seen.entries()) {
          expect(Array.from(live.data?.statuses ?? [])).toEqual(statuses);
          const before = seen[at - 1];
          expect(live).not.toBe(before?.live);
          if (before === undefined || live.data === null || before.live.data === null) continue;
          const isSame = `${statuses}` === `${before.statuses}`;
          expect(live.data.statuses === before.live.data.statuses).toBe(isSame);
          const { available, reserved, booked, blocked } = live.data.availability;
          const counts = [0, 1, 2, 3].map((code) => statuses.filter((status) => status === code).length);
          expect([available, reserved, booked, blocked]).toEqual(counts);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a map that is shown as live was the server's at some moment since the last loss", () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 60 }), (script) => {
        const server = new ServerOfMaps(seatCount);
        const store = storeOf(server);
        const stop = store.subscribe(() => {});
        const were = new Set([`${server.codes}`]);
        const isLost = (name: string) => name === 'disconnect' || name === 'refuse';
        for (const [name, step] of script) {
          step(server);
          if (isLost(name)) were.clear();
          were.add(`${server.codes}`);
          const { state, data } = store.getSnapshot();
          if (isLost(name)) expect(state).not.toBe('live');
          if (state === 'live') expect(were).toContain(`${Array.from(data?.statuses ?? [])}`);
        }
        stop();
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a store', () => {
  test('follows while it has listeners, and then is stale', () => {
    const server = new ServerOfMaps(4);
    const store = storeOf(server);
    expect(store.getSnapshot()).toEqual({ state: 'connecting', data: null, error: null });
    const stops = [store.subscribe(() => {}), store.subscribe(() => {})];
    server.deliver(1);
    expect(store.getSnapshot().state).toBe('live');
    stops[0]?.();
    expect(store.getSnapshot().state).toBe('live');
    stops[1]?.();
    const left = store.getSnapshot();
    expect(left).toMatchObject({ state: 'stale', data: { availability: { total: 4 } } });
    server.change(1, 2);
    server.deliver(9);
    expect(store.getSnapshot()).toBe(left);

    store.subscribe(() => {});
    server.deliver(9);
    expect(store.getSnapshot().state).toBe('live');
    expect(Array.from(store.getSnapshot().data?.statuses ?? [])).toEqual([0, 2, 0, 0]);
  });

  test('is the same object until something changes', () => {
    const server = new ServerOfMaps(4);
    const store = storeOf(server);
    store.subscribe(() => {});
    server.deliver(1);
    const before = store.getSnapshot();
    expect(store.getSnapshot()).toBe(before);
    server.disconnect();
    server.connect();
    server.deliver(1);
    expect(store.getSnapshot().data?.statuses).toBe(before.data?.statuses);
  });

  test('requests the changes since the shown map after a reconnect', () => {
    const server = new ServerOfMaps(20);
    const store = storeOf(server);
    store.subscribe(() => {});
    server.change(1, 2);
    server.deliver(2);
    server.disconnect();
    server.change(5, 1);
    server.change(6, 3);
    server.connect();
    server.deliver(1);
    expect(store.getSnapshot()).toMatchObject({
      state: 'live',
      data: { revision: 3, availability: { available: 17 } },
    });
    expect(Array.from(store.getSnapshot().data?.statuses ?? []).slice(0, 7)).toEqual([0, 2, 0, 0, 0, 1, 3]);
    server.disconnect();
    for (let index = 0; index < 20; index += 1) server.change(index, 2);
    server.connect();
    server.deliver(1);
    expect(store.getSnapshot()).toMatchObject({ state: 'live', data: { revision: 23, availability: { booked: 20 } } });
    expect(server.resumedFrom).toEqual([null, 1, 3]);
  });

  test('requests a snapshot if a message is missing', () => {
    const server = new ServerOfMaps(4);
    const store = storeOf(server);
    store.subscribe(() => {});
    server.deliver(1);
    server.change(0, 1);
    server.loseOne();
    server.change(1, 1);
    server.deliver(1);
    expect(store.getSnapshot().state).toBe('stale');
    vi.advanceTimersByTime(60_000);
    server.deliver(1);
    expect(store.getSnapshot()).toMatchObject({ state: 'live', data: { revision: 2 } });
    expect(server.resumedFrom).toEqual([null, null]);
    server.disconnect();
    server.connect();
    expect(server.resumedFrom).toEqual([null, null, 2]);
  });

  test('fails with the reason after a permanent fault', () => {
    const server = new ServerOfMaps(4);
    const subscribe: ServerOfMaps['subscribe'] = (_request, sink) => {
      sink.error([{ message: 'No such event', extensions: { code: 'NOT_FOUND' } }]);
      return () => {};
    };
    const store = storeOf(Object.assign(server, { subscribe }));
    store.subscribe(() => {});
    expect(store.getSnapshot()).toMatchObject({ state: 'failed', data: null, error: { code: 'NOT_FOUND' } });
    server.disconnect();
    server.doubt();
    expect(store.getSnapshot().state).toBe('failed');
  });

  test('continues when a listener throws', () => {
    const uncaught: unknown[] = [];
    vi.stubGlobal('queueMicrotask', (task: () => void) => {
      try {
        task();
      } catch (error) {
        uncaught.push(error);
      }
    });
    const server = new ServerOfMaps(4);
    const store = storeOf(server);
    let told = 0;
    store.subscribe(() => {
      throw new Error('of the app');
    });
    store.subscribe(() => {
      told += 1;
    });
    server.deliver(1);
    vi.unstubAllGlobals();
    expect([told, store.getSnapshot().state]).toEqual([1, 'live']);
    expect(uncaught).toEqual([new Error('of the app')]);
  });
});

test('200 changes a second of 20,000 seats cost little, and each shows what to redraw', () => {
  const server = new ServerOfMaps(20_000);
  const store = storeOf(server);
  let drawn = 0;
  let before: SeatMapState | null = null;
  store.subscribe(() => {
    const { data } = store.getSnapshot();
    if (before !== null && data !== null) drawn += changedSeats(before.statuses, data.statuses).length;
    before = data;
  });
  server.deliver(1);
  // As many as in ten seconds. The server's part is done before the measurement.
  for (let change = 0; change < 2_000; change += 1) server.change((change * 7) % 20_000, 1);
  vi.useRealTimers();
  const usedBefore = process.cpuUsage();
  server.deliver(2_000);
  const { user, system } = process.cpuUsage(usedBefore);
  expect(drawn).toBe(2_000);
  // CPU time, for ten seconds of messages.
  expect((user + system) / 1_000).toBeLessThan(1_000);
});
