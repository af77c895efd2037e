import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { currencyDigits, decimalAmount, maxAmount, parseAmount } from '../../src/domain/money.ts';

/** Currencies whose digits differ between ISO 4217 and the locale data of Chrome and Node. */
const differingInBrowsers = {
  ...{ AFN: 2, ALL: 2, COP: 2, HUF: 2, IDR: 2, IQD: 3, IRR: 2, KPW: 2, LAK: 2 },
  ...{ LBP: 2, MGA: 2, MMK: 2, PKR: 2, SOS: 2, SYP: 2, YER: 2, RSD: 2, UZS: 2 },
};

describe('the digits of a currency', () => {
  test.each(Object.entries({ ...differingInBrowsers, EUR: 2, USD: 2, JPY: 0, KRW: 0, ISK: 0, KWD: 3, CLF: 4 }))(
    'of %s are those of ISO 4217: %d',
    (currency, digits) => {
      expect(currencyDigits(currency)).toBe(digits);
    },
  );

  test.each(['', 'eur', 'ABC', 'XXX', 'XAU', 'DEM', 'constructor'])('%j is no currency', (text) => {
    expect(currencyDigits(text)).toBeUndefined();
  });
});

test.each([
  [4500, 'EUR', '45.00'],
  [5, 'EUR', '0.05'],
  [0, 'EUR', '0.00'],
  [4500, 'HUF', '45.00'],
  [4500, 'JPY', '4500'],
  [4500, 'KWD', '4.500'],
  [maxAmount, 'EUR', '90071992547409.91'],
] as const)('%d of %s is %s', (amount, currency, decimal) => {
  expect(decimalAmount({ amount, currency })).toBe(decimal);
});

test('every amount is parsed as it was formatted', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.constantFrom('JPY', 'HUF', 'KWD', 'CLF'), (amount, currency) => {
      expect(parseAmount(decimalAmount({ amount, currency }), currency)).toBe(amount);
    }),
  );
});

test.each([
  ['45', 'EUR', 4500],
  ['45.5', 'EUR', 4550],
  [' 45,50 ', 'EUR', 4550],
  ['0', 'EUR', 0],
  ['4500', 'HUF', 450_000],
  ['4500', 'JPY', 4500],
  ['1.250', 'KWD', 1250],
] as const)('%s %s is %d in minor units', (text, currency, amount) => {
  expect(parseAmount(text, currency)).toBe(amount);
});

test.each([
  ['', 'EUR'],
  ['-1', 'EUR'],
  ['1.234', 'EUR'],
  ['45.5', 'JPY'],
  ['1e3', 'EUR'],
  ['12 euros', 'EUR'],
  ['90071992547409.92', 'EUR'],
] as const)('%s %s is no price', (text, currency) => {
  expect(parseAmount(text, currency)).toBeNull();
});
