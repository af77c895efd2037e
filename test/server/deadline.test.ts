import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { afterDeadline } from '../../src/server/live-connections/deadline.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const dayMs = 86_400_000;

test('a deadline beyond the range of timers is met', () => {
  let called = 0;
  afterDeadline(Date.now() + 60 * dayMs, () => called++);
  vi.advanceTimersByTime(60 * dayMs - 1);
  expect(called).toBe(0);
  vi.advanceTimersByTime(1);
  expect(called).toBe(1);
});

test('it can be cancelled at any time', () => {
  const cancel = afterDeadline(8.64e15, () => expect.unreachable());
  vi.advanceTimersByTime(60 * dayMs);
  cancel();
  expect(vi.getTimerCount()).toBe(0);
});
