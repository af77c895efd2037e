import type { Layout, LayoutArea, LayoutSeat, LayoutText, Point } from '../../domain/layout.ts';
import { plus, turn } from './point.ts';

/** Margin around the layout: the width of a seat of the usual size. */
const margin = 20;

/** Average width of a letter relative to its height, in common fonts. */
const letterWidth = 0.6;

type Drawn = Omit<Layout, 'width' | 'height'>;

/**
 * Moves everything so that the layout is exactly as large as its contents, plus a margin. Plans may use any coordinates, and the size that
 * they declare is that of a canvas, which may be mostly empty, and beyond which there may be contents.
 */
export function fitDrawing(drawn: Drawn): Layout {
  const { least, most } = span(drawn);
  const by = { x: margin - least.x, y: margin - least.y };
  return {
    width: most.x - least.x + 2 * margin,
    height: most.y - least.y + 2 * margin,
    categories: drawn.categories,
    sections: drawn.sections.map((section) => ({ ...section, position: plus(section.position, by) })),
    seats: drawn.seats.map((seat) => ({ ...seat, ...plus(seat, by) })),
    areas: drawn.areas.map((area) => moveArea(area, by)),
  };
}

function moveArea(area: LayoutArea, by: Point): LayoutArea {
  return {
    ...area,
    position: plus(area.position, by),
    points: area.points.map((point) => plus(point, by)),
    text: area.text && { ...area.text, position: plus(area.text.position, by) },
  };
}

function span({ seats, areas }: Drawn): { readonly least: Point; readonly most: Point } {
  const least = { x: Number.POSITIVE_INFINITY, y: Number.POSITIVE_INFINITY };
  const most = { x: Number.NEGATIVE_INFINITY, y: Number.NEGATIVE_INFINITY };
  // A loop, because a plan has too many points for the arguments of `Math.max`.
  for (const { x, y } of cornersOf(seats, areas)) {
    least.x = Math.min(least.x, x);
    least.y = Math.min(least.y, y);
    most.x = Math.max(most.x, x);
    most.y = Math.max(most.y, y);
  }
  return { least, most };
}

/** Points whose bounding box contains the whole layout. */
function* cornersOf(seats: readonly LayoutSeat[], areas: readonly LayoutArea[]): Generator<Point> {
  for (const { x, y, radius } of seats) yield* around({ x, y }, { x: radius, y: radius });
  for (const area of areas) {
    for (const point of outline(area)) yield turn(point, area.position, area.rotation);
    if (area.text) for (const point of textBox(area.text)) yield turn(point, area.text.position, area.rotation);
  }
}

function outline({ position, size, radius, points }: LayoutArea): readonly Point[] {
  if (size) return box(position, plus(position, { x: size.width, y: size.height }));
  if (radius) return around(position, radius);
  return points;
}

function textBox({ text, position, size }: LayoutText): Point[] {
  return around(position, { x: (text.length * size * letterWidth) / 2, y: size / 2 });
}

function around({ x, y }: Point, by: Point): Point[] {
  return box({ x: x - by.x, y: y - by.y }, { x: x + by.x, y: y + by.y });
}

function box(one: Point, other: Point): Point[] {
  return [one.x, other.x].flatMap((x) => [one.y, other.y].map((y) => ({ x, y })));
}
