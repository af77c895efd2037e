import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Deadlines } from '../../src/expiry/deadlines.ts';
import { StoreClock } from '../../src/expiry/store-clock.ts';

const storeStart = Date.UTC(2026, 10, 20, 18, 30);
let clock: StoreClock;
let startedAt: number;

beforeEach(() => {
  vi.useFakeTimers();
  startedAt = performance.now();
  clock = new StoreClock(() => performance.now());
  clock.observe(startedAt, startedAt, storeStart);
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function watch() {
  const batches: { readonly keys: readonly string[]; readonly afterMs: number }[] = [];
  const deadlines = new Deadlines(clock, (keys) => batches.push({ keys, afterMs: performance.now() - startedAt }));
  return { deadlines, batches };
}

it('calls back once for all that are due', async () => {
  const { deadlines, batches } = watch();
  const keys = Array.from({ length: 5_000 }, (_, n) => `r${n}`);
  for (const key of keys) deadlines.set(key, storeStart + 600_000);
  await vi.advanceTimersByTimeAsync(599_999);
  expect(batches).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(batches.map(({ keys: due }) => due.length)).toEqual([5_000]);
  deadlines[Symbol.dispose]();
});

it('calls back for each at its last deadline, and for none that was removed', async () => {
  const action = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    inMs: fc.option(fc.integer({ min: -50, max: 40_000 })),
    afterMs: fc.nat(5_000),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
      const expected = new Map<string, number>();
      const told: string[] = [];
      const deadlines = new Deadlines(clock, (keys) => {
        for (const key of keys) {
          expect(expected.get(key)).toBeLessThanOrEqual(clock.now());
          expected.delete(key);
          told.push(key);
        }
      });
      for (const { key, inMs, afterMs } of actions) {
        if (inMs === null) {
          expected.delete(key);
          deadlines.delete(key);
        } else {
          expected.set(key, clock.now() + inMs);
          deadlines.set(key, clock.now() + inMs);
        }
        await vi.advanceTimersByTimeAsync(afterMs);
        expect([...expected.values()].every((dueMs) => dueMs > clock.now() || afterMs === 0)).toBe(true);
      }
      await vi.advanceTimersByTimeAsync(50_000);
      expect([expected.size, deadlines.size]).toEqual([0, 0]);
      deadlines[Symbol.dispose]();
    }),
    { numRuns: 50 },
  );
});

it('waits for deadlines beyond what one timer can do', async () => {
  const { deadlines, batches } = watch();
  const farMs = 30 * 24 * 3_600_000;
  deadlines.set('far', storeStart + farMs);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(batches).toEqual([]);
  deadlines[Symbol.dispose]();
});

it('goes by the clock when a timer fires before its time', async () => {
  const { deadlines, batches } = watch();
  deadlines.set('r', storeStart + 5_000);
  clock.observe(performance.now(), performance.now(), storeStart - 2_000);
  await vi.advanceTimersByTimeAsync(6_999);
  expect(batches).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(batches).toEqual([{ keys: ['r'], afterMs: 7_000 }]);
  deadlines[Symbol.dispose]();
});

it('does not keep moved or removed ones', () => {
  const { deadlines } = watch();
  for (let n = 0; n < 100_000; n += 1) deadlines.set('r', storeStart + n);
  expect(deadlines.size).toBe(1);
  deadlines[Symbol.dispose]();
});
