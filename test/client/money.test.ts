import { expect, test } from 'vitest';
import { minorUnits } from '../src/organizer/price.ts';

test.for([
  ['45', 'EUR', 4500],
  ['45.5', 'EUR', 4550],
  [' 45,50 ', 'EUR', 4550],
  ['0', 'EUR', 0],
  ['4500', 'JPY', 4500],
  ['1.250', 'KWD', 1250],
] as const)('%s %s is %d in minor units', ([text, currency, amount]) => {
  expect(minorUnits(text, currency)).toBe(amount);
});

test.for([
  ['', 'EUR'],
  ['-1', 'EUR'],
  ['1.234', 'EUR'],
  ['45.5', 'JPY'],
  ['1e3', 'EUR'],
  ['12 euros', 'EUR'],
] as const)('%s %s is no price', ([text, currency]) => {
  expect(minorUnits(text, currency)).toBeNull();
});
