import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromStripeAmount, toStripeAmount } from '../../../src/payments/stripe/amounts.ts';

describe('an amount', () => {
  it.each([
    ['EUR', 4_500, 4_500],
    ['JPY', 500, 500],
    // "To charge 5 ISK, provide an amount value of 500."
    ['ISK', 5, 500],
    ['UGX', 5, 500],
    ['HUF', 1_045, 1_045],
    ['TWD', 80_045, 80_045],
    // 5.120 KWD: the last digit is 0.
    ['KWD', 5_120, 5_120],
    // Stripe has no fifths of an ariary.
    ['MGA', 500, 5],
  ])('of %s: %d is %d to Stripe, and back', (currency, ours, theirs) => {
    expect(toStripeAmount(ours, currency)).toBe(theirs);
    expect(fromStripeAmount(theirs, currency.toLowerCase())).toBe(ours);
  });

  it.each([
    ['KWD', 5_124],
    ['TND', 1],
    ['MGA', 550],
    ['ISK', Number.MAX_SAFE_INTEGER],
  ])('of %s: %d cannot be charged, and is never rounded', (currency, ours) => {
    expect(() => toStripeAmount(ours, currency)).toThrow(
      expect.objectContaining({
        name: 'PaymentRefused',
        reason: 'invalid_amount',
        message: expect.stringContaining(currency),
      }),
    );
  });

  it('comes back as it was, in every currency', () => {
    const currencies = fc.constantFrom(
      'EUR',
      'USD',
      'JPY',
      'ISK',
      'UGX',
      'HUF',
      'TWD',
      'MGA',
      'BHD',
      'JOD',
      'KWD',
      'OMR',
      'TND',
      'XOF',
    );
    fc.assert(
      fc.property(currencies, fc.integer({ min: 1, max: 1_000_000 }), (currency, units) => {
        const ours = units * 100;
        expect(fromStripeAmount(toStripeAmount(ours, currency), currency)).toBe(ours);
      }),
    );
  });
});
