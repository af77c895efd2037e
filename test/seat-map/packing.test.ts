import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packStatuses, unpackStatuses } from '../../src/seat-map/packing.ts';

const codes = fc.uint8Array({ min: 0, max: 3, maxLength: 200 });

it('packs as the contract says', () => {
  expect(packStatuses(Uint8Array.of())).toBe('');
  expect(packStatuses(Uint8Array.of(3))).toBe(Buffer.of(0b11).toString('base64'));
  expect(packStatuses(Uint8Array.of(0, 1, 2, 3, 1))).toBe(Buffer.of(0b11_10_01_00, 0b01).toString('base64'));
});

it('packs 20,000 seats in 6.7 kB', () => {
  expect(packStatuses(new Uint8Array(20_000).fill(2)).length).toBe(6_668);
});

it('gives back what was packed', () => {
  fc.assert(
    fc.property(codes, (some) => {
      expect(unpackStatuses(packStatuses(some), some.length)).toEqual(some);
    }),
  );
});

it('leaves the bits beyond the last seat 0', () => {
  fc.assert(
    fc.property(codes, (some) => {
      const whole = Math.ceil(some.length / 4) * 4;
      expect(
        unpackStatuses(packStatuses(some), whole)
          .slice(some.length)
          .every((code) => code === 0),
      ).toBe(true);
    }),
  );
});

it('refuses what cannot be the statuses of so many seats', () => {
  expect(() => unpackStatuses('AA==', 5)).toThrow(RangeError);
});
