import type { Placed } from './grid.ts';

export type Direction = 'left' | 'right' | 'up' | 'down';

const unit: Record<Direction, Placed> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
};

/** Factor of sideways distance, so that keys move along rows, also curved ones. */
const ASIDE = 2.5;

/** Position of the seat in the direction of an arrow key; null if there is none. */
export function seatTowards(seats: readonly Placed[], from: number, direction: Direction): number | null {
  const start = seats[from];
  if (start === undefined) return null;
  const { x: ux, y: uy } = unit[direction];
  let best: number | null = null;
  let bestCost = Number.POSITIVE_INFINITY;
  for (const [index, { x, y }] of seats.entries()) {
    const ahead = (x - start.x) * ux + (y - start.y) * uy;
    const aside = Math.abs((x - start.x) * uy) + Math.abs((y - start.y) * ux);
    const cost = ahead + ASIDE * aside;
    if (ahead <= 0 || aside > 2 * ahead || cost >= bestCost) continue;
    best = index;
    bestCost = cost;
  }
  return best;
}
