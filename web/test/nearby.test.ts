import { expect, test } from 'vitest';
import { freeNearby } from '../src/plan/nearby.ts';
import type { Plan, PlanSeat } from '../src/plan/plan.ts';

/** Rows of ten seats. The last row has a category of its own. */
function hall(rows: number): Plan {
  const seats = Array.from(
    { length: rows * 10 },
    (_, index): PlanSeat => ({
      id: `seat ${index}`,
      index,
      section: 'Stalls',
      row: String(Math.floor(index / 10)),
      number: String((index % 10) + 1),
      rowLabel: null,
      seatLabel: null,
      accessible: false,
      category: index >= (rows - 1) * 10 ? 1 : 0,
      x: (index % 10) * 20,
      y: Math.floor(index / 10) * 20,
    }),
  );
  const inRows = Array.from({ length: rows }, (_, row) => ({
    name: String(row),
    seats: seats.slice(row * 10, row * 10 + 10),
  }));
  return { seats, sections: [{ name: 'Stalls', rows: inRows }] } as unknown as Plan;
}

const offeredFor = (lost: readonly number[], free: readonly number[], rows = 3) => {
  const plan = hall(rows);
  const seats = lost.flatMap((index) => plan.seats[index] ?? []);
  return freeNearby(plan, seats, ({ index }) => free.includes(index)).map(({ index }) => index);
};

test('in the same row before the next one, even if that is nearer', () => {
  expect(offeredFor([4], [2, 14])).toEqual([2]);
});

test('in the next row when the same one has nothing near', () => {
  expect(offeredFor([4], [9, 14])).toEqual([14]);
});

test('side by side before nearer ones that are apart', () => {
  expect(offeredFor([4, 5], [3, 6, 16, 17])).toEqual([16, 17]);
});

test('apart, if none are side by side', () => {
  expect(offeredFor([4, 5], [3, 9, 19]).sort()).toEqual([3, 9]);
});

test('of the same category only, and none if there are too few', () => {
  expect(offeredFor([14], [24])).toEqual([]);
  expect(offeredFor([4, 5], [3])).toEqual([]);
});
