import type { Point } from '../../domain/layout.ts';

export function plus(...points: readonly Point[]): Point {
  return points.reduce((sum, point) => ({ x: sum.x + point.x, y: sum.y + point.y }), { x: 0, y: 0 });
}

/** Rotates clockwise by `degrees`, with y pointing down. */
export function turn(point: Point, about: Point, degrees: number): Point {
  const angle = (degrees * Math.PI) / 180;
  const x = point.x - about.x;
  const y = point.y - about.y;
  return {
    x: about.x + x * Math.cos(angle) - y * Math.sin(angle),
    y: about.y + x * Math.sin(angle) + y * Math.cos(angle),
  };
}
