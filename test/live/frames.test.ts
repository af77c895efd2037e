import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LoggedChange } from '../../src/domain/change.ts';
import { statusOfCode } from '../../src/domain/seat.ts';
import { type Frame, Frames } from '../../src/live/frames.ts';
import { unpackStatuses } from '../../src/live/packing.ts';
import { SeatMap } from '../../src/live/seat-map.ts';
import { ArrayStore } from './array-store.ts';

const seatCount = 5;
const frameMs = 50;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function start() {
  const store = new ArrayStore(seatCount, () => performance.now());
  const map = new SeatMap((await store.load(store.eventId)) ?? expect.unreachable());
  const frames = new Frames(map, () => frameMs);
  const apply = (change: LoggedChange | null) => {
    if (change !== null) frames.touch(map.apply(change));
  };
  const told: Frame[] = [];
  frames.subscribe((frame) => told.push(frame));
  return { store, map, frames, apply, told };
}

it('collects the changes of its window in plan order, with the last state of each seat', async () => {
  const { store, apply, told } = await start();
  apply(store.reserve('r', [3], 60_000));
  apply(store.block([1]));
  await vi.advanceTimersByTimeAsync(frameMs - 1);
  apply(store.book('r'));
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual([
    {
      number: 1,
      fromRevision: 1,
      revision: 4,
      seats: [
        { index: 1, status: 'BLOCKED' },
        { index: 3, status: 'BOOKED' },
      ],
      availability: { total: 5, available: 3, reserved: 0, booked: 1, blocked: 1 },
    },
  ]);
});

it('contains only the revision if changes in its window cancel out', async () => {
  const { store, apply, told } = await start();
  apply(store.reserve('r', [2], 60_000));
  apply(store.cancel('r'));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toMatchObject([{ fromRevision: 1, revision: 3, seats: [] }]);
});

it('has no timer while nothing changes, and none once disposed of', async () => {
  const { store, frames, apply, told } = await start();
  expect(vi.getTimerCount()).toBe(0);
  apply(store.block([1]));
  frames[Symbol.dispose]();
  apply(store.block([2]));
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toEqual([]);
});

const change = fc.record({
  kind: fc.constantFrom('reserve' as const, 'cancel' as const, 'book' as const, 'block' as const, 'unblock' as const),
  index: fc.nat(seatCount - 1),
  afterMs: fc.nat(60),
});

it('leads any snapshot, also of a reconnected reader, to exactly the map', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 40 }), fc.nat(40), fc.nat(40), async (changes, takenAt, backAt) => {
      const { store, map, frames, apply, told } = await start();
      let snapshot = frames.snapshot;
      let back: ReturnType<Frames['since']>;
      let heardBefore = 0;
      for (const [at, { kind, index, afterMs }] of changes.entries()) {
        if (at === takenAt) {
          snapshot = frames.snapshot;
          back = undefined;
        }
        if (at >= takenAt && at === backAt) {
          back = frames.since(snapshot.revision);
          heardBefore = told.length;
          expect(back).toBeDefined();
        }
        if (kind === 'reserve') apply(store.reserve(`r${index}`, [index], 600_000));
        else if (kind === 'cancel' || kind === 'book') apply(store[kind](`r${index}`));
        else apply(store[kind]([index]));
        await vi.advanceTimersByTimeAsync(afterMs);
      }
      await vi.advanceTimersByTimeAsync(frameMs);

      const seen = Array.from(unpackStatuses(snapshot.statuses, seatCount), statusOfCode);
      const later = back ? [back, ...told.slice(heardBefore)] : told.filter(({ number }) => number > snapshot.number);
      let at = snapshot.revision;
      for (const { fromRevision, revision, seats } of later) {
        expect(fromRevision).toBe(at);
        at = revision;
        for (const { index, status } of seats) seen[index] = status;
      }
      expect(seen).toEqual(Array.from(map.statuses, statusOfCode));
      expect(at).toBe(map.revision);
      expect(later.at(-1)?.availability ?? snapshot.availability).toEqual(map.availability);
    }),
  );
});
