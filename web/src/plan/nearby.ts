import type { Plan, PlanSeat } from './plan.ts';

/**
 * What to offer in the place of seats that are gone: as many free ones, side by side in one row and of the same categories if there
 * are such, as near to the lost ones as possible; otherwise the nearest ones. Empty if there are not enough.
 */
export function freeNearby(
  plan: Plan,
  lost: readonly PlanSeat[],
  isFree: (seat: PlanSeat) => boolean,
): readonly PlanSeat[] {
  const centre = centreOf(lost);
  const categories = new Set(lost.map(({ category }) => category));
  const suits = (seat: PlanSeat) => categories.has(seat.category) && isFree(seat);
  return nearestRun(plan, lost.length, centre, suits) ?? nearestSeats(plan, lost.length, centre, suits);
}

/** Neighbours as the plan lists them: a gap in the row, such as a gangway, cannot be told from its data for certain. */
function nearestRun(plan: Plan, length: number, centre: Point, suits: (seat: PlanSeat) => boolean) {
  let best: readonly PlanSeat[] | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const { rows } of plan.sections) {
    for (const { seats } of rows) {
      for (const run of runsOf(seats, length, suits)) {
        const distance = distanceBetween(centreOf(run), centre);
        if (distance >= bestDistance) continue;
        best = run;
        bestDistance = distance;
      }
    }
  }
  return best;
}

function* runsOf(seats: readonly PlanSeat[], length: number, suits: (seat: PlanSeat) => boolean) {
  let suitable = 0;
  for (const [index, seat] of seats.entries()) {
    suitable = suits(seat) ? suitable + 1 : 0;
    if (suitable >= length) yield seats.slice(index - length + 1, index + 1);
  }
}

function nearestSeats(plan: Plan, count: number, centre: Point, suits: (seat: PlanSeat) => boolean) {
  const nearest = plan.seats
    .filter(suits)
    .map((seat) => ({ seat, distance: distanceBetween(seat, centre) }))
    .sort((one, other) => one.distance - other.distance)
    .slice(0, count)
    .map(({ seat }) => seat);
  return nearest.length === count ? nearest : [];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function centreOf(seats: readonly Point[]): Point {
  const sum = seats.reduce((total, { x, y }) => ({ x: total.x + x, y: total.y + y }), { x: 0, y: 0 });
  return { x: sum.x / seats.length, y: sum.y / seats.length };
}

function distanceBetween(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
