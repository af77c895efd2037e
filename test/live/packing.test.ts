import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statusCodes, statusOfCode } from '../../src/domain/seat.ts';
import { packChanges, packStatuses, type SeatChange, unpackChanges, unpackStatuses } from '../../src/live/packing.ts';
import { packedChanges } from './packed-changes.ts';

const codes = fc.uint8Array({ min: 0, max: 3, maxLength: 200 });

it('packs as the contract says', () => {
  expect(packStatuses(Uint8Array.of())).toBe('');
  expect(packStatuses(Uint8Array.of(3))).toBe(Buffer.of(0b11).toString('base64'));
  expect(packStatuses(Uint8Array.of(0, 1, 2, 3, 1))).toBe(Buffer.of(0b11_10_01_00, 0b01).toString('base64'));
});

it('packs 20,000 seats in 6.7 kB', () => {
  expect(packStatuses(new Uint8Array(20_000).fill(2)).length).toBe(6_668);
});

it('unpacks to the same statuses', () => {
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

it('refuses a length that does not fit the number of seats', () => {
  expect(() => unpackStatuses('AA==', 5)).toThrow(RangeError);
});

describe('packed changes', () => {
  /** Random seats of a hall. Gaps are mostly small, and sometimes as large as the hall. */
  const changes = fc
    .array(fc.tuple(fc.oneof(fc.nat(3), fc.nat(200), fc.nat(30_000)), fc.nat(3)), { maxLength: 60 })
    .map((gaps) => {
      let next = 0;
      return gaps.map(([gap, code]): SeatChange => {
        const index = next + gap;
        next = index + 1;
        return { index, status: statusOfCode(code) };
      });
    });

  /** Reference implementation of the contract: seven bits per byte from the lowest, the eighth says that more follow. */
  function packedByHand(seats: readonly SeatChange[]): string {
    const bytes = seats.flatMap(({ index, status }, at) => {
      const gap = index - (seats[at - 1]?.index ?? -1) - 1;
      const bits = (gap * 4 + statusCodes[status]).toString(2);
      const sevens = bits.padStart(Math.ceil(bits.length / 7) * 7, '0').match(/.{7}/g) ?? [];
      return sevens.map((seven, nth) => Number.parseInt(`${nth === 0 ? 0 : 1}${seven}`, 2)).reverse();
    });
    return Buffer.from(bytes).toString('base64');
  }

  it('have vectors for edge cases', () => {
    const seats = packedChanges.flatMap((vector) => vector.seats);
    expect(packedChanges.length).toBeGreaterThanOrEqual(12);
    expect(packedChanges).toContainEqual({ packed: '', seats: [] });
    expect(seats.map(({ index }) => index)).toEqual(expect.arrayContaining([0, 31, 32, 20_000]));
    expect(new Set(seats.map(({ status }) => status))).toEqual(new Set(Object.keys(statusCodes)));
  });

  it.each(packedChanges)('$packed', ({ packed, seats }) => {
    expect(packChanges(seats)).toBe(packed);
    expect(unpackChanges(packed)).toEqual(seats);
    expect(packedByHand(seats)).toBe(packed);
  });

  it('are packed as in the contract, and unpack to the same seats', () => {
    fc.assert(
      fc.property(changes, (seats) => {
        const packed = packChanges(seats);
        expect(packed).toBe(packedByHand(seats));
        expect(unpackChanges(packed)).toEqual(seats);
      }),
    );
  });

  it('take some ten bytes for five seats', () => {
    const seats = [18_000, 18_001, 18_002, 19_400, 19_401].map((index) => ({ index, status: 'RESERVED' as const }));
    expect(packChanges(seats).length).toBeLessThanOrEqual(12);
  });

  it('refuse seats that do not ascend, and truncated texts', () => {
    const seat = (index: number): SeatChange => ({ index, status: 'BOOKED' });
    expect(() => packChanges([seat(4), seat(4)])).toThrow(RangeError);
    expect(() => packChanges([seat(4), seat(3)])).toThrow(RangeError);
    expect(() => packChanges([seat(-1)])).toThrow(RangeError);
    expect(() => unpackChanges(Buffer.of(0x04, 0x80).toString('base64'))).toThrow(RangeError);
  });
});
