import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { LayoutSeat } from '../../src/domain/layout.ts';
import { parseSeatingPlan } from '../../src/events/seating-plan/parse.ts';
import { type CategoryPrice, priceCategories } from '../../src/events/seating-plan/prices.ts';

const demo = new URL('../../demo/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, demo), 'utf8'));
const layout = demoLayout();

function demoLayout() {
  const parsed = parseSeatingPlan(read('seating-plan.json'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.layout;
}

it("equals its generator's output", () => {
  const script = fileURLToPath(new URL('draw-seating-plan.ts', demo));
  execFileSync(process.execPath, ['--import', 'tsx', script, '--check'], { stdio: 'pipe' });
});

it('has a full house: stalls, balcony, boxes on both sides, wheelchair places, four categories, a stage', () => {
  expect(layout.seats.length).toBeGreaterThanOrEqual(1_000);
  expect(layout.sections.map((section) => section.name)).toEqual(['Stalls', 'Balcony', 'Boxes left', 'Boxes right']);
  expect(layout.seats.filter((seat) => seat.accessible)).toHaveLength(12);
  expect(new Set(layout.categories.map((category) => category.color)).size).toBe(4);
  expect(new Set(layout.seats.map((seat) => seat.category))).toEqual(new Set([0, 1, 2, 3]));
  expect(layout.areas.map((area) => area.text?.text)).toContain('STAGE');
});

it('has no overlapping seats, and all inside the layout', () => {
  // A seat has a diameter of 20, and must be large enough to tap.
  expect(closest(layout.seats)).toBeGreaterThanOrEqual(24);
  for (const { guid, x, y } of layout.seats) {
    expect(x > 20 && x < layout.width - 20 && y > 20 && y < layout.height - 20, guid).toBe(true);
  }
});

it('has its areas inside the layout, and is symmetric', () => {
  const points = layout.areas.flatMap((area) => area.points);
  expect(points.filter(({ x, y }) => x < 0 || y < 0 || x > layout.width || y > layout.height)).toEqual([]);
  const xs = layout.seats.map((seat) => seat.x);
  expect(Math.min(...xs) + Math.max(...xs)).toBeCloseTo(layout.width, 0);
});

it('has a price for each category', () => {
  const event: { prices: CategoryPrice[] } = read('event.json');
  expect(priceCategories(layout, event.prices)).toEqual({ ok: true, amounts: [9200, 6400, 3600, 11000] });
});

function closest(seats: readonly LayoutSeat[]): number {
  const distances = seats.map((seat, at) =>
    seats.slice(0, at).reduce((least, other) => Math.min(least, Math.hypot(seat.x - other.x, seat.y - other.y)), 1e9),
  );
  return Math.min(...distances);
}
