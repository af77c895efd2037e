import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bounded, overview, toPlan, toScreen, zoom } from '../src/map/camera.ts';

const size = fc.record({ width: fc.integer({ min: 60, max: 4000 }), height: fc.integer({ min: 60, max: 4000 }) });
const point = fc.record({ x: fc.integer({ min: 0, max: 2000 }), y: fc.integer({ min: 0, max: 2000 }) });

test('zooming keeps the point under the finger in place', () => {
  fc.assert(
    fc.property(size, size, point, fc.double({ min: 0.2, max: 5, noNaN: true }), (plan, view, finger, factor) => {
      const before = overview(plan, view);
      const there = toPlan(before, view, finger);
      const { x, y } = toScreen(zoom(before, view, finger, factor), view, there);
      expect(x).toBeCloseTo(finger.x, 4);
      expect(y).toBeCloseTo(finger.y, 4);
    }),
  );
});

test('the whole plan is visible at first', () => {
  fc.assert(
    fc.property(size, size, (plan, view) => {
      const camera = overview(plan, view);
      const corner = toScreen(camera, view, { x: plan.width, y: plan.height });
      expect(corner.x).toBeLessThanOrEqual(view.width);
      expect(corner.y).toBeLessThanOrEqual(view.height);
    }),
  );
});

test('some of the plan is visible after any movement', () => {
  const anywhere = fc.record({
    x: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    y: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    scale: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
  });
  fc.assert(
    fc.property(size, size, anywhere, (plan, view, camera) => {
      const { x, y } = bounded(camera, plan, view, 20);
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(plan.width);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(plan.height);
    }),
  );
});
