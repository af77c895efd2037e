import type { Plan, PlanSeat } from './format.ts';
import { type Fault, pathText, type Refusal, refuse, refuseAll } from './refusal.ts';

/** Seats of the largest accepted plan, for which an event is created in seconds. */
export const maxSeats = 50_000;

/** Far beyond any venue. The store has two bytes for them. */
const maxCategories = 1_000;

interface PlacedSeat {
  readonly seat: PlanSeat;
  readonly steps: readonly [zone: number, row: number, seat: number];
}

/** Checks what the format cannot express: whether the plan has seats, and not too many seats or categories; and then each seat. */
export function checkPlan(plan: Plan): Refusal | null {
  const seats = countSeats(plan);
  if (seats === 0) return refuse('zones', 'The plan has no seats');
  if (seats > maxSeats) return refuse('zones', `The plan has ${seats} seats; ${maxSeats} is the most`);
  const categories = plan.categories.length;
  if (categories > maxCategories) {
    return refuse('categories', `The plan has ${categories} categories; ${maxCategories} is the most`);
  }
  return refuseAll(seatFaults(plan));
}

function countSeats(plan: Plan): number {
  const rows = plan.zones.flatMap((zone) => zone.rows ?? []);
  return rows.reduce((sum, row) => sum + row.seats.length, 0);
}

function* seatFaults(plan: Plan): Generator<Fault> {
  const categories = new Set(plan.categories.map((category) => category.name));
  const firstOf = new Map<string, PlacedSeat>();
  for (const placed of placedSeats(plan)) {
    const { seat_guid: guid, category } = placed.seat;
    const first = firstOf.get(guid);
    if (first === undefined) firstOf.set(guid, placed);
    else yield { path: pathTo(placed, 'seat_guid'), message: `'${guid}' is the seat at ${pathTo(first)} already` };
    if (categories.has(category)) continue;
    const message =
      category === '' ? 'The seat has no category' : `The plan declares no category '${category}' in 'categories'`;
    yield { path: pathTo(placed, 'category'), message };
  }
}

function* placedSeats(plan: Plan): Generator<PlacedSeat> {
  for (const [zoneAt, zone] of plan.zones.entries()) {
    for (const [rowAt, row] of (zone.rows ?? []).entries()) {
      for (const [seatAt, seat] of row.seats.entries()) yield { seat, steps: [zoneAt, rowAt, seatAt] };
    }
  }
}

function pathTo({ steps: [zone, row, seat] }: PlacedSeat, ...field: string[]): string {
  return pathText(['zones', zone, 'rows', row, 'seats', seat, ...field]);
}
