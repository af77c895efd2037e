import { expect, test } from 'vitest';
import { type Direction, seatTowards } from '../src/plan/steps.ts';

/** Three curved rows of nine seats. */
const seats = [200, 230, 260].flatMap((radius) =>
  Array.from({ length: 9 }, (_, at) => {
    const angle = ((at - 4) * 8 * Math.PI) / 180;
    return { x: radius * Math.sin(angle), y: radius * Math.cos(angle) };
  }),
);

const walk = (from: number, ...way: readonly Direction[]) =>
  way.reduce<number | null>((at, direction) => (at !== null ? seatTowards(seats, at, direction) : null), from);

test('steps along a curved row lead from end to end', () => {
  expect(walk(0, ...Array<Direction>(8).fill('right'))).toBe(8);
  expect(walk(8, ...Array<Direction>(8).fill('left'))).toBe(0);
});

test('a step to the row behind can be undone', () => {
  expect(walk(4, 'down')).toBe(13);
  expect(walk(4, 'down', 'up')).toBe(4);
  expect(walk(22, 'down')).toBe(null);
});
