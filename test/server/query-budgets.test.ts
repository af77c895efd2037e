import { expect, test } from 'vitest';
import { QueryBudgets } from '../../src/server/query-budgets.ts';

function budgets(costPerSecond: number) {
  let nowMs = 0;
  const of = new QueryBudgets(costPerSecond, () => nowMs);
  return { charge: (address: string, cost: number) => of.charge(address, cost), pass: (ms: number) => (nowMs += ms) };
}

const limited = (retryAfterMs: number) => ({ extensions: { code: 'RATE_LIMITED', retryAfterMs } });

test('an address may use five seconds’ worth at once, and then the rate of its budget', () => {
  const { charge, pass } = budgets(100);
  expect(charge('one', 499)).toBeNull();
  expect(charge('one', 101)).toBeNull();
  expect(charge('one', 1)).toMatchObject(limited(1_001));
  expect(charge('another', 1)).toBeNull();
  pass(1_001);
  expect(charge('one', 1)).toBeNull();
});

test('refused queries are not charged', () => {
  const { charge, pass } = budgets(100);
  charge('one', 600);
  for (let time = 0; time < 100; time += 1) expect(charge('one', 600)).toMatchObject(limited(1_001));
  pass(1_001);
  expect(charge('one', 600)).toBeNull();
});

test('0 is no limit', () => {
  const { charge } = budgets(0);
  for (let time = 0; time < 100; time += 1) expect(charge('one', 1e9)).toBeNull();
});
