import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchPauses } from '../../src/client/pauses.ts';

let monotonic = 0;
let ofDay = 1_000_000;
let seen: string[] = [];
let stop = () => {};

/** Mock of a browser's page. */
class Page extends EventTarget {
  visibilityState = 'visible';
}

beforeEach(() => {
  vi.useFakeTimers();
  monotonic = 0;
  ofDay = 1_000_000;
  seen = [];
});
afterEach(() => {
  stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function watch(): void {
  stop = watchPauses(
    {
      onSlept: () => seen.push('slept'),
      onPaused: () => seen.push('paused'),
      onAttention: () => seen.push('attention'),
    },
    { monotonicNow: () => monotonic, timeOfDay: () => ofDay },
  );
}

/** Advances both clocks by this time before the next timer fires. */
function pass(ms: number, { standingStill = 0 } = {}): void {
  monotonic += ms - standingStill;
  ofDay += ms;
  vi.advanceTimersByTime(5_000);
}

test('time that passes normally is no pause', () => {
  watch();
  for (let looks = 0; looks < 100; looks += 1) pass(5_000 + looks * 50);
  expect(seen).toEqual([]);
});

test('a very late timer shows a pause', () => {
  watch();
  pass(60_000);
  pass(5_000);
  expect(seen).toEqual(['paused']);
});

test('a monotonic clock that has stopped shows sleep', () => {
  watch();
  pass(3_600_000, { standingStill: 3_595_000 });
  pass(5_000);
  expect(seen).toEqual(['slept']);
});

test('a clock that is put back is no pause', () => {
  watch();
  ofDay -= 3_600_000;
  pass(5_000);
  expect(seen).toEqual([]);
});

test('slow timers of a hidden page are no pause, and a page that is shown again is checked', () => {
  const document = new Page();
  vi.stubGlobal('document', document);
  watch();
  document.visibilityState = 'hidden';
  document.dispatchEvent(new Event('visibilitychange'));
  pass(60_000);
  pass(60_000);
  expect(seen).toEqual([]);
  document.visibilityState = 'visible';
  document.dispatchEvent(new Event('visibilitychange'));
  expect(seen).toEqual(['attention']);
  monotonic += 60_000;
  ofDay += 60_000;
  document.dispatchEvent(new Event('visibilitychange'));
  expect(seen).toEqual(['attention', 'paused']);
});

test('it can be stopped', () => {
  watch();
  stop();
  pass(60_000);
  expect([seen, vi.getTimerCount()]).toEqual([[], 0]);
});
