import type { Placed } from './grid.ts';

/** Of a single seat, which has no neighbour. */
const ALONE = 24;

/**
 * How far apart seats are, in the plan's units: nineteen of twenty have no neighbour nearer than this. The plan does not say how
 * large its seats are to be drawn. Neighbours in a plan stand beside each other in its order too, so that these are compared only.
 */
export function spacingOf(seats: readonly Placed[]): number {
  const distances: number[] = [];
  for (const [index, seat] of seats.entries()) {
    const next = seats[index + 1];
    const distance = next ? Math.hypot(next.x - seat.x, next.y - seat.y) : 0;
    if (distance > 0) distances.push(distance);
  }
  distances.sort((one, other) => one - other);
  return distances[Math.floor(distances.length / 20)] ?? ALONE;
}
