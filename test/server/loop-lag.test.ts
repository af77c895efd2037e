import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { frameWindowMs, WIDEST_FRAME_MS } from '../../src/live/frames.ts';
import { LoopLag } from '../../src/server/loop-lag.ts';

let lateMs = 0;
let lag: LoopLag;

beforeEach(() => {
  vi.useFakeTimers();
  lateMs = 0;
  lag = new LoopLag(() => performance.now() + lateMs);
});
afterEach(() => {
  lag[Symbol.dispose]();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** Makes every turn of the event loop take this long for a while. */
async function keepBusy(turnMs: number, forMs: number) {
  for (let passed = 0; passed < forMs; passed += turnMs + 20) {
    lateMs += turnMs;
    await vi.advanceTimersByTimeAsync(20);
  }
}

it('is 0 in an idle loop', async () => {
  await vi.advanceTimersByTimeAsync(10_000);
  expect(lag.lagMs).toBe(0);
});

it("approaches the duration of the loop's turns, and falls after them", async () => {
  await keepBusy(50, 3_000);
  expect(lag.lagMs).toBeGreaterThan(40);
  expect(frameWindowMs(50, lag.lagMs)).toBeGreaterThan(150);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(frameWindowMs(50, lag.lagMs)).toBe(50);
});

it("hardly counts a single turn of a garbage collection's duration", async () => {
  await keepBusy(50, 50);
  expect(frameWindowMs(50, lag.lagMs)).toBeLessThanOrEqual(60);
});

it('makes requests wait when one long turn follows another, and is known inside the second', async () => {
  await vi.advanceTimersByTimeAsync(1_000);
  lateMs += 2_000;
  expect(lag.requestWaitMs).toBe(0);
  await vi.advanceTimersByTimeAsync(20);
  expect(lag.requestWaitMs).toBe(0);
  lateMs += 500;
  expect(lag.requestWaitMs).toBe(480);
  await vi.advanceTimersByTimeAsync(20);
  expect(lag.requestWaitMs).toBeGreaterThanOrEqual(480);
  await vi.advanceTimersByTimeAsync(40);
  expect(lag.requestWaitMs).toBe(0);
});

it('makes no request wait for single long turns, however many there are', async () => {
  for (let turns = 0; turns < 20; turns += 1) {
    lateMs += 300;
    expect(lag.requestWaitMs).toBe(0);
    await vi.advanceTimersByTimeAsync(20);
    expect(lag.requestWaitMs).toBe(0);
    await vi.advanceTimersByTimeAsync(60);
  }
});

it.each([
  { frameMs: 50, lagMs: 0, windowMs: 50 },
  { frameMs: 50, lagMs: 30, windowMs: 120 },
  { frameMs: 50, lagMs: 10_000, windowMs: WIDEST_FRAME_MS },
  { frameMs: 1_000, lagMs: 10_000, windowMs: 1_000 },
])(
  'gathers for $windowMs ms where $frameMs are asked for and the loop lags by $lagMs',
  ({ frameMs, lagMs, windowMs }) => {
    expect(frameWindowMs(frameMs, lagMs)).toBe(windowMs);
  },
);
