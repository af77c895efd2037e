import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { measureStoreClock, StoreClock } from '../../src/expiry/store-clock.ts';

const storeStart = Date.UTC(2026, 10, 20, 18, 30);

/** A measurement: time since the last one, and duration of the round trip. */
const reading = fc.record({
  after: fc.integer({ min: 0, max: 90_000 }),
  there: fc.integer({ min: 0, max: 500 }),
  back: fc.integer({ min: 0, max: 500 }),
});

describe('the clock', () => {
  it('cannot be used before it was measured', () => {
    const clock = new StoreClock(() => 0);
    expect(() => clock.now()).toThrow('not been read');
    expect(() => clock.nowAtMost()).toThrow('not been read');
  });

  it('is never ahead of the store, never goes back, and knows its uncertainty', () => {
    fc.assert(
      fc.property(fc.array(reading, { minLength: 1, maxLength: 40 }), (readings) => {
        let monotonic = 1_000;
        const clock = new StoreClock(() => monotonic);
        let before = Number.NEGATIVE_INFINITY;
        for (const { after, there, back } of readings) {
          const sentAt = monotonic + after;
          monotonic = sentAt + there + back;
          clock.observe(sentAt, monotonic, storeStart + sentAt + there);
          const [now, atMost] = [clock.now(), clock.nowAtMost()];
          expect(now).toBeLessThanOrEqual(storeStart + monotonic);
          expect(atMost).toBeGreaterThanOrEqual(storeStart + monotonic);
          expect(now).toBeGreaterThanOrEqual(Math.max(before, storeStart + monotonic - there - back));
          before = now;
        }
      }),
    );
  });

  it('uses the shortest round trip of the last minute', () => {
    let monotonic = 0;
    const clock = new StoreClock(() => monotonic);
    clock.observe(0, 10, storeStart);
    for (let n = 1; n <= 100; n += 1) clock.observe(20, 100 + n, storeStart + 50);
    monotonic = 300;
    expect(clock.nowAtMost() - clock.now()).toBe(11);

    monotonic = 70_000;
    clock.observe(69_900, 70_000, storeStart + 69_950);
    expect(clock.nowAtMost() - clock.now()).toBeGreaterThan(11);
  });

  it('follows a store whose clock was set back', () => {
    let monotonic = 0;
    const clock = new StoreClock(() => monotonic);
    clock.observe(0, 2, storeStart);
    monotonic = 1_000;
    clock.observe(900, 1_000, storeStart - 30_000);
    expect(clock.now()).toBe(storeStart - 30_000);
  });
});

describe('measuring', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const monotonicNow = () => performance.now();

  it('continues after failures, does not depend on the time of day, and stops', async () => {
    const clock = new StoreClock(monotonicNow);
    const startedAt = monotonicNow();
    const readStoreClock = vi.fn(async () => Math.floor(storeStart + monotonicNow() - startedAt));
    const measuring = await measureStoreClock({ clock, readStoreClock, monotonicNow });
    readStoreClock.mockRejectedValueOnce(new Error('the store is away'));
    vi.setSystemTime(0);

    await vi.advanceTimersByTimeAsync(30_000);
    expect(readStoreClock).toHaveBeenCalledTimes(4);
    expect(Math.abs(clock.now() - storeStart - 30_000)).toBeLessThanOrEqual(1);

    measuring[Symbol.dispose]();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects if the store cannot be read at the start', async () => {
    const clock = new StoreClock(monotonicNow);
    const readStoreClock = () => Promise.reject(new Error('no store'));
    await expect(measureStoreClock({ clock, readStoreClock, monotonicNow })).rejects.toThrow('no store');
    expect(vi.getTimerCount()).toBe(0);
  });
});
