import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changedSeats, seatStatuses, statusAt, unpackSeatChanges, unpackSeatCodes } from '../../src/client/index.ts';
import { statusCodes, statusOfCode } from '../../src/domain/seat.ts';
import { packChanges, packStatuses } from '../../src/live/packing.ts';
import { packedChanges } from '../live/packed-changes.ts';

const codes = fc.uint8Array({ min: 0, max: 3, maxLength: 200 });

describe('packed statuses', () => {
  const page = readFileSync(new URL('../../docs/realtime.md', import.meta.url), 'utf8');
  const vectors = [...page.matchAll(/^\| `([A-Za-z0-9+/]+=*)` \| `([ARKX]+)` \|$/gm)];
  const byLetter = { A: 'AVAILABLE', R: 'RESERVED', K: 'BOOKED', X: 'BLOCKED' } as Record<string, string>;

  test('have vectors', () => expect(vectors.length).toBeGreaterThanOrEqual(6));

  test.each(vectors)('%s', (...row) => {
    const [, packed = '', letters = ''] = row;
    const read = unpackSeatCodes(packed, letters.length);
    expect(Array.from(read, (_, index) => statusAt(read, index))).toEqual(Array.from(letters, (at) => byLetter[at]));
  });

  test('unpack to what the server packed', () => {
    fc.assert(
      fc.property(codes, (some) => {
        expect(unpackSeatCodes(packStatuses(some), some.length)).toEqual(some);
      }),
    );
    expect(seatStatuses.map((name) => statusCodes[name])).toEqual([0, 1, 2, 3]);
  });

  test('are refused for another number of seats', () => {
    expect(() => unpackSeatCodes('AA==', 5)).toThrow(RangeError);
    expect(() => unpackSeatCodes('AAA=', 4)).toThrow(RangeError);
  });
});

describe('packed changes', () => {
  const changes = fc
    .uniqueArray(fc.tuple(fc.nat(100_000), fc.nat(3)), { selector: ([index]) => index })
    .map((seats) => seats.sort(([one], [other]) => one - other));

  test.each(packedChanges)('$packed', ({ packed, seats }) => {
    const read = unpackSeatChanges(packed).map(([index, code]) => ({ index, status: seatStatuses[code] }));
    expect(read).toEqual(seats);
  });

  test('unpack to what the server packed', () => {
    fc.assert(
      fc.property(changes, (seats) => {
        const packed = packChanges(seats.map(([index, code]) => ({ index, status: statusOfCode(code) })));
        expect(unpackSeatChanges(packed)).toEqual(seats);
      }),
    );
  });
});

test('the status of an unknown seat is undefined', () => {
  expect([statusAt([0, 1], 1), statusAt([0, 1], 2), statusAt([], 0)]).toEqual(['RESERVED', undefined, undefined]);
});

test('changed seats are those that differ, or all at first', () => {
  expect(changedSeats([0, 1, 2], [0, 2, 2])).toEqual([1]);
  expect(changedSeats([], [0, 0])).toEqual([0, 1]);
  fc.assert(
    fc.property(codes, codes, (one, other) => {
      const drawn = Array.from(one).slice(0, other.length);
      for (const index of changedSeats(one, other)) drawn[index] = other[index] ?? Number.NaN;
      expect(drawn).toEqual(Array.from(other));
    }),
  );
});
