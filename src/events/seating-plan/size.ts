import type { Layout, LayoutArea, Point } from '../layout.ts';
import type { Plan } from './format.ts';
import { turn } from './point.ts';

/** Twice pretix's default radius of a seat: one at the edge is drawn whole, with air around it. */
const margin = 20;

/**
 * Width and height of the drawing, each on its own: as the plan says; where it says nothing, or cuts a seat off,
 * what it takes to show everything.
 */
export function measure(
  declared: Plan['size'],
  { seats, areas }: Pick<Layout, 'seats' | 'areas'>,
): { width: number; height: number } {
  const farthestSeat = farthestOf(seats);
  const farthest = farthestOf([farthestSeat, ...areas.flatMap(corners)]);
  const enough = (given: number | null | undefined, seat: number, all: number) =>
    given && given >= seat ? given : all + margin;
  return {
    width: enough(declared?.width, farthestSeat.x, farthest.x),
    height: enough(declared?.height, farthestSeat.y, farthest.y),
  };
}

/** A loop, since a plan's points are too many to be arguments of `Math.max`. */
function farthestOf(points: Iterable<Point>): Point {
  const farthest = { x: 0, y: 0 };
  for (const { x, y } of points) {
    farthest.x = Math.max(farthest.x, x);
    farthest.y = Math.max(farthest.y, y);
  }
  return farthest;
}

/** Points no part of the area lies beyond, save its text. */
function corners(area: LayoutArea): Point[] {
  return outline(area).map((point) => turn(point, area.position, area.rotation));
}

function outline({ position: { x, y }, size, radius, points }: LayoutArea): Point[] {
  if (size) return box(x, y, x + size.width, y + size.height);
  if (radius) return box(x - radius.x, y - radius.y, x + radius.x, y + radius.y);
  return points.length > 0 ? [...points] : [{ x, y }];
}

function box(left: number, top: number, right: number, bottom: number): Point[] {
  return [left, right].flatMap((x) => [top, bottom].map((y) => ({ x, y })));
}
