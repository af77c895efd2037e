import type { Plan, PlanSeat } from './plan.ts';

/** Distance of another row, in seats: further than a few seats in the same row. */
const OTHER_ROW = 3;

/**
 * Free seats to offer instead of lost ones: as many, side by side in one row and of the same categories if possible, and near to the
 * lost ones; otherwise the nearest ones. Empty if there are not enough.
 */
export function freeNearby(
  plan: Plan,
  lost: readonly PlanSeat[],
  isFree: (seat: PlanSeat) => boolean,
): readonly PlanSeat[] {
  const from = { centre: centreOf(lost), rows: new Set(lost.map(rowOf)) };
  const categories = new Set(lost.map(({ category }) => category));
  const suits = (seat: PlanSeat) => categories.has(seat.category) && isFree(seat);
  return nearestRun(plan, lost.length, from, suits) ?? nearestSeats(plan, lost.length, from, suits);
}

/** Neighbours by their order in the plan, because its data do not reliably show gangways. */
function nearestRun(plan: Plan, length: number, from: Origin, suits: (seat: PlanSeat) => boolean) {
  let best: readonly PlanSeat[] | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const { rows } of plan.sections) {
    for (const { seats } of rows) {
      for (const run of runsOf(seats, length, suits)) {
        const distance = run[0] ? wayTo(centreOf(run), rowOf(run[0]), from) : 0;
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

function nearestSeats(plan: Plan, count: number, from: Origin, suits: (seat: PlanSeat) => boolean) {
  const nearest = plan.seats
    .filter(suits)
    .map((seat) => ({ seat, distance: wayTo(seat, rowOf(seat), from) }))
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

/** Place of the lost seats: their rows, and a point between them. */
interface Origin {
  readonly centre: Point;
  readonly rows: ReadonlySet<string>;
}

function wayTo({ x, y }: Point, row: string, { centre, rows }: Origin): number {
  return Math.hypot(x - centre.x, y - centre.y) * (rows.has(row) ? 1 : OTHER_ROW);
}

const rowOf = ({ section, row }: PlanSeat) => `${section} ${row}`;
