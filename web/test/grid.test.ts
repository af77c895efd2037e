import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Grid, type Placed } from '../src/plan/grid.ts';

const place = fc.record({ x: fc.integer({ min: -200, max: 200 }), y: fc.integer({ min: -200, max: 200 }) });
const places = fc.array(place, { maxLength: 60 });

test('it finds all points in a box of any size', () => {
  const side = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constant(1e9));
  fc.assert(
    fc.property(places, place, side, side, (points, { x, y }, width, height) => {
      const box = { left: x, right: x + width, top: y, bottom: y + height };
      const isIn = (point: Placed) =>
        point.x >= box.left && point.x <= box.right && point.y >= box.top && point.y <= box.bottom;
      const expected = points.flatMap((point, index) => (isIn(point) ? [index] : []));
      expect(new Grid(points, 20).within(box).sort((one, other) => one - other)).toEqual(expected);
    }),
  );
});

test('it finds the nearest point within reach', () => {
  fc.assert(
    fc.property(places, place, fc.integer({ min: 1, max: 80 }), (points, from, reach) => {
      const away = (point: Placed) => Math.hypot(point.x - from.x, point.y - from.y);
      const least = Math.min(...points.map(away));
      const found = new Grid(points, 20).nearest(from, reach);
      const distance = found === null ? null : away(points[found] as Placed);
      expect(distance).toBe(least <= reach ? least : null);
    }),
  );
});
