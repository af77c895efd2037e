import type { Placed } from './grid.ts';

/** Spacing of a single seat, which has no neighbour. */
const ALONE = 24;

/**
 * Distance between seats, in the plan's units: 95% have no nearer neighbour. Plans do not say how large their seats are. Only compares
 * seats that follow each other in the plan, because most neighbours do.
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
