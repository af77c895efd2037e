import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { availabilityUpdates } from '../../src/seat-map/availability-updates.ts';
import { Frames } from '../../src/seat-map/frames.ts';
import { SeatMap } from '../../src/seat-map/seat-map.ts';
import { seatMapUpdates } from '../../src/seat-map/updates.ts';

const frameMs = 50;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** A map of its own, with what its readers leave behind. */
function start(seatCount: number) {
  const row = (index: number, isBooked: boolean, version: number) => {
    const status = isBooked ? ('BOOKED' as const) : ('AVAILABLE' as const);
    return { index, status, version, reservationId: null, expiresAtMs: null };
  };
  const seats = new SeatMap({ seats: Array.from({ length: seatCount }, (_, n) => row(n, false, 0)), nowMs: 0 });
  const frames = new Frames(seats, () => frameMs);
  const open = new Set<object>();
  const counted = (stop: () => void) => {
    const token = {};
    open.add(token);
    return () => {
      open.delete(token);
      stop();
    };
  };
  const closers = new Set<() => void>();
  const map = {
    get snapshot() {
      return frames.snapshot;
    },
    subscribe: (listener: Parameters<Frames['subscribe']>[0]) => counted(frames.subscribe(listener)),
    onClosed: (listener: () => void) => {
      closers.add(listener);
      return counted(() => closers.delete(listener));
    },
  };
  let version = 0;
  const book = async (indexes: readonly number[], isBooked = true) => {
    version += 1;
    frames.touch(seats.apply(indexes.map((index) => row(index, isBooked, version))));
    await vi.advanceTimersByTimeAsync(frameMs);
  };
  const close = () => {
    for (const tell of closers) tell();
  };
  const release = vi.fn();
  return { map, open, book, release, close };
}

describe('updates', () => {
  it('are a snapshot first, then each frame, numbered by one', async () => {
    const { map, book, release } = start(8);
    await book([7]);
    const updates = seatMapUpdates({ map, release });
    expect(await updates.next()).toMatchObject({
      value: { kind: 'snapshot', sequence: 1, availability: { booked: 1 } },
    });
    const next = updates.next();
    await book([2]);
    expect(await next).toMatchObject({
      value: { kind: 'delta', sequence: 2, seats: [{ index: 2, status: 'BOOKED' }] },
    });
    await updates.return?.();
  });

  it('merge what a reader missed, and leave out what came back', async () => {
    const { map, book, release } = start(8);
    const updates = seatMapUpdates({ map, release });
    await updates.next();
    await book([1, 2]);
    await book([3]);
    await book([2], false);
    const { value } = await updates.next();
    expect(value).toMatchObject({
      kind: 'delta',
      sequence: 1,
      seats: [{ index: 1 }, { index: 3 }],
      availability: { booked: 2 },
    });

    await book([4]);
    await book([4], false);
    const next = updates.next();
    await book([5]);
    expect(await next).toMatchObject({ value: { sequence: 2, seats: [{ index: 5 }] } });
    await updates.return?.();
  });

  it('are a snapshot again for a reader that missed many seats', async () => {
    const { map, book, release } = start(600);
    const updates = seatMapUpdates({ map, release });
    await updates.next();
    await book(Array.from({ length: 501 }, (_, n) => n));
    await book([599]);
    expect(await updates.next()).toMatchObject({
      value: { kind: 'snapshot', sequence: 1, availability: { booked: 502 } },
    });
    await updates.return?.();
  });

  it('are a snapshot again for a reader that missed many frames', async () => {
    const { map, book, release } = start(8);
    const updates = seatMapUpdates({ map, release });
    await updates.next();
    for (let n = 0; n < 21; n += 1) await book([1], n % 2 === 0);
    expect(await updates.next()).toMatchObject({
      value: { kind: 'snapshot', sequence: 1, availability: { booked: 1 } },
    });
    await updates.return?.();
  });

  it('share one snapshot among readers', async () => {
    const { map, release } = start(8);
    const readers = [seatMapUpdates({ map, release }), seatMapUpdates({ map, release })];
    const [one, other] = await Promise.all(readers.map((reader) => reader.next()));
    expect(one).toEqual(other);
    expect(map.snapshot).toBe(map.snapshot);
    for (const reader of readers) await reader.return?.();
  });
});

describe('a reader that leaves', () => {
  it.each([
    ['by return', (reader: AsyncIterator<unknown>) => reader.return?.()],
    ['by its signal', (_: unknown, leave: AbortController) => leave.abort()],
    ['by the end of the map', (_: unknown, __: unknown, close: () => void) => close()],
  ])('%s is let go at once, even while it waits', async (_, leaveBy) => {
    const { map, open, release, close } = start(8);
    const leave = new AbortController();
    const settings = { map, release, signal: leave.signal };
    const readers = [
      seatMapUpdates(settings),
      availabilityUpdates({ ...settings, everyMs: 1_000, monotonicNow: () => performance.now() }),
    ];
    for (const reader of readers) {
      await reader.next();
      const waiting = reader.next();
      await leaveBy(reader, leave, close);
      expect([await waiting, await reader.next()]).toEqual([
        { done: true, value: undefined },
        { done: true, value: undefined },
      ]);
      await reader.return?.();
    }
    expect(open.size).toBe(0);
    expect(release).toHaveBeenCalledTimes(2);
  });

  it('before it began gets nothing', async () => {
    const { map, open, release } = start(8);
    const reader = seatMapUpdates({ map, release, signal: AbortSignal.abort() });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect([open.size, release.mock.calls.length]).toEqual([0, 1]);
  });
});

describe('availability', () => {
  it('is told now, and then at most once in the interval, at its last state', async () => {
    const { map, book, release } = start(8);
    const counts = availabilityUpdates({ map, release, everyMs: 1_000, monotonicNow: () => performance.now() });
    const startedAt = performance.now();
    const told: [atMs: number, booked: number][] = [];
    const reading = (async () => {
      for await (const { booked } of counts) told.push([performance.now() - startedAt, booked]);
    })();
    await book([0]);
    await book([1]);
    await vi.advanceTimersByTimeAsync(5_000);
    await book([2]);
    await book([2], false);
    await vi.advanceTimersByTimeAsync(5_000);
    await counts.return?.();
    await reading;
    expect(told).toEqual([
      [0, 0],
      [1_000, 2],
      [5_150, 3],
      [6_150, 2],
    ]);
  });
});
