import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { HeavyOperations } from '../../src/server/heavy-operations.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const busy = { extensions: { code: 'SERVICE_BUSY', retryAfterMs: expect.any(Number) } };

test('cheap operations are not counted', async () => {
  const operations = new HeavyOperations();
  for (let count = 0; count < 1_000; count += 1) expect(await operations.enter({}, 19_999)).toBeNull();
  expect(await operations.enter({}, 250_000)).toBeNull();
});

test('operations run up to the limit, and the next ones in order', async () => {
  const operations = new HeavyOperations();
  const running = [{}, {}];
  for (const operation of running) expect(await operations.enter(operation, 125_000)).toBeNull();
  const begun: string[] = [];
  const waiting = { large: {}, small: {} };
  const large = operations.enter(waiting.large, 230_000).then(() => begun.push('large'));
  // It would fit, but waits behind the earlier one.
  const small = operations.enter(waiting.small, 20_000).then(() => begun.push('small'));
  operations.leave(running[0] ?? {});
  await vi.advanceTimersByTimeAsync(0);
  expect(begun).toEqual([]);
  operations.leave(running[1] ?? {});
  await Promise.all([large, small]);
  expect(begun).toEqual(['large', 'small']);
  expect(operations.has(waiting.large)).toBe(true);
});

test('an operation that costs more than the total runs alone', async () => {
  const operations = new HeavyOperations();
  const first = {};
  await operations.enter(first, 100_000);
  let isBegun = false;
  const entered = operations.enter({}, 600_000).then((refusal) => {
    isBegun = refusal === null;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(isBegun).toBe(false);
  operations.leave(first);
  await entered;
  expect(isBegun).toBe(true);
});

test('an operation is refused after five seconds of waiting', async () => {
  const operations = new HeavyOperations();
  const running = {};
  await operations.enter(running, 250_000);
  const told = operations.enter({}, 250_000);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await told).toMatchObject(busy);
  operations.leave(running);
  expect(await operations.enter({}, 250_000)).toBeNull();
});

test('an operation is refused at once if five hundred are waiting', async () => {
  const operations = new HeavyOperations();
  await operations.enter({}, 250_000);
  const waiting = Array.from({ length: 500 }, () => operations.enter({}, 20_000));
  expect(await operations.enter({}, 20_000)).toMatchObject(busy);
  await vi.advanceTimersByTimeAsync(5_000);
  for (const told of await Promise.all(waiting)) expect(told).toMatchObject(busy);
});

test('leaving twice, or without having entered, has no effect', async () => {
  const operations = new HeavyOperations();
  const one = {};
  await operations.enter(one, 250_000);
  operations.leave({});
  operations.leave(one);
  operations.leave(one);
  expect(await operations.enter({}, 250_000)).toBeNull();
  let isBegun = false;
  void operations.enter({}, 250_000).then(() => {
    isBegun = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(isBegun).toBe(false);
});
