import type { Layout, LayoutCategory, LayoutRow, LayoutSeat, LayoutSection, Point } from '../../domain/layout.ts';
import { hexColor } from './color.ts';
import type { Plan, PlanRow, PlanSeat, PlanZone } from './format.ts';
import { plus } from './point.ts';

/** pretix's default. */
const defaultRadius = 10;

/** The first declaration of a category counts, because seats and prices refer to it by name only. */
export function categoriesOf(plan: Plan): LayoutCategory[] {
  const colors = new Map<string, string | null>();
  for (const { name, color } of plan.categories) {
    if (!colors.has(name)) colors.set(name, hexColor(color));
  }
  return [...colors].map(([name, color]) => ({ name, color }));
}

/** Flattens a plan without faults (see `checkPlan`). */
export function placeSeats(plan: Plan, categories: readonly LayoutCategory[]): Pick<Layout, 'sections' | 'seats'> {
  const categoryAt = new Map(categories.map(({ name }, at) => [name, at]));
  const seats: LayoutSeat[] = [];
  const sections = plan.zones.map((zone): LayoutSection => {
    return { name: zone.name ?? '', position: zone.position, rows: placeRows(zone, categoryAt, seats) };
  });
  return { sections, seats };
}

function placeRows(zone: PlanZone, categoryAt: ReadonlyMap<string, number>, seats: LayoutSeat[]): LayoutRow[] {
  return (zone.rows ?? []).map((row, rowAt) => {
    const firstSeatIndex = seats.length;
    const origin = plus(zone.position, row.position);
    for (const [seatAt, seat] of row.seats.entries()) seats.push(placeSeat(seat, seatAt, origin, categoryAt));
    return { ...wordsOf(row, rowAt), firstSeatIndex, seatCount: row.seats.length };
  });
}

/** A row that has only a label is named by it. */
function wordsOf({ row_number, row_label, seat_label }: PlanRow, at: number) {
  const label = ownWords(row_label)?.replaceAll('%s', () => nameOf(row_number, at)) ?? null;
  const hasNumber = row_number != null && row_number !== '';
  return {
    name: hasNumber || label === null ? nameOf(row_number, at) : label,
    label,
    seatLabel: ownWords(seat_label),
  };
}

/** pretix's editor writes these by default. They are left out, so that clients can show them in the reader's language. */
const usualWords: ReadonlySet<string> = new Set(['', 'Row %s', 'Seat %s']);

function ownWords(label: string | null | undefined): string | null {
  return label == null || usualWords.has(label) ? null : label;
}

function placeSeat(seat: PlanSeat, seatAt: number, origin: Point, categoryAt: ReadonlyMap<string, number>): LayoutSeat {
  const category = categoryAt.get(seat.category);
  if (category === undefined) throw new Error(`Category '${seat.category}' was not checked`);
  return {
    guid: seat.seat_guid,
    number: nameOf(seat.seat_number, seatAt),
    ...plus(origin, seat.position),
    radius: seat.radius || defaultRadius,
    category,
    accessible: seat.wheelchair === true || seat.accessible === true,
  };
}

/** Falls back on the position, counted from 1, as pretix's labels do. */
function nameOf(numbering: string | number | null | undefined, at: number): string {
  return String(numbering ?? at + 1);
}
