import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { KINDS } from '../../bench/flash-sale/statements.ts';

test.each([
  ['reserve', 'reserve-seats'],
  ['confirm', 'write-bookings'],
  ['extend', 'extend-reservations'],
  ['cancel', 'cancel-reservations'],
  ['fence', 'fence-payments'],
])('the benchmark recognizes the statement "%s" by its text', (kind, file) => {
  const text = readFileSync(new URL(`../../src/store/statements/${file}.ts`, import.meta.url), 'utf8');
  expect(KINDS.find(([, pattern]) => pattern.test(text))?.[0]).toBe(kind);
});
