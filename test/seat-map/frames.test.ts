import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { StoredSeatStatus } from '../../src/coordination/coordination.ts';
import { type Frame, Frames, mergeFrames } from '../../src/seat-map/frames.ts';
import { unpackStatuses } from '../../src/seat-map/packing.ts';
import { SeatMap } from '../../src/seat-map/seat-map.ts';
import { type SeatStatus, statusOfCode } from '../../src/seat-map/status.ts';

const seatCount = 5;
const frameMs = 50;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function start() {
  const seats = Array.from({ length: seatCount }, (_, index) => row(index, 'AVAILABLE', 0));
  const map = new SeatMap({ seats, nowMs: 0 });
  const frames = new Frames(map, () => frameMs);
  let version = 0;
  const set = (index: number, status: StoredSeatStatus) => {
    version += 1;
    frames.touch(map.apply([row(index, status, version)]));
  };
  const told: Frame[] = [];
  frames.subscribe((frame) => told.push(frame));
  return { map, frames, set, told };
}

function row(index: number, status: StoredSeatStatus, version: number) {
  const held =
    status === 'RESERVED' ? { reservationId: 'r', expiresAtMs: 1 } : { reservationId: null, expiresAtMs: null };
  return { index, status, version, ...held };
}

it('tells what changed within the window at once, in plan order, with the last state of each seat', async () => {
  const { set, told } = start();
  set(3, 'RESERVED');
  set(1, 'BLOCKED');
  await vi.advanceTimersByTimeAsync(frameMs - 1);
  set(3, 'BOOKED');
  expect(told).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual([
    {
      sequence: 1,
      seats: [
        { index: 1, status: 'BLOCKED', was: 'AVAILABLE' },
        { index: 3, status: 'BOOKED', was: 'AVAILABLE' },
      ],
      availability: { total: 5, available: 3, reserved: 0, booked: 1, blocked: 1 },
    },
  ]);
});

it('says nothing of what was taken back within the window', async () => {
  const { frames, set, told } = start();
  const before = frames.snapshot;
  set(2, 'RESERVED');
  set(2, 'AVAILABLE');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toEqual([]);
  expect(frames.snapshot).toBe(before);
});

it('has no timer while nothing changes, and none once disposed of', async () => {
  const { frames, set, told } = start();
  expect(vi.getTimerCount()).toBe(0);
  set(1, 'BOOKED');
  frames[Symbol.dispose]();
  set(2, 'BOOKED');
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(told).toEqual([]);
});

const change = fc.record({
  index: fc.nat(seatCount - 1),
  status: fc.constantFrom<StoredSeatStatus[]>('AVAILABLE', 'RESERVED', 'BOOKED', 'BLOCKED'),
  afterMs: fc.nat(60),
});

it('is exactly right for whoever takes a snapshot and then every later frame, merged or not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 40 }), fc.nat(40), async (changes, snapshotAt) => {
      const { map, frames, set, told } = start();
      let snapshot = frames.snapshot;
      for (const [at, { index, status, afterMs }] of changes.entries()) {
        if (at === snapshotAt) snapshot = frames.snapshot;
        set(index, status);
        await vi.advanceTimersByTimeAsync(afterMs);
      }
      await vi.advanceTimersByTimeAsync(frameMs);

      const later = told.filter(({ sequence }) => sequence > snapshot.sequence);
      const seen = Array.from(unpackStatuses(snapshot.statuses, seatCount), statusOfCode);
      const seenMerged = [...seen];
      for (const frame of later) follow(seen, frame);
      if (later.length > 0) follow(seenMerged, later.reduce(mergeFrames));
      expect(seen).toEqual(Array.from(map.statuses, statusOfCode));
      expect(seenMerged).toEqual(seen);
      expect(told.map(({ sequence }) => sequence)).toEqual(told.map((_, at) => at + 1));
      expect(later.at(-1)?.availability ?? snapshot.availability).toEqual(map.availability);
    }),
  );
});

/** Fails for a seat that did not differ. */
function follow(seen: SeatStatus[], frame: Frame): void {
  for (const { index, status, was } of frame.seats) {
    expect(seen[index]).toBe(was);
    expect(status).not.toBe(was);
    seen[index] = status;
  }
}
