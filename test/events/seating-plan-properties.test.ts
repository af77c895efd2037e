import fc from 'fast-check';
import { expect, it } from 'vitest';
import { maxSeats } from '../../src/events/seating-plan/check.ts';
import { parseSeatingPlan } from '../../src/events/seating-plan/parse.ts';

const offset = fc.record({ x: fc.integer({ min: -5_000, max: 5_000 }), y: fc.integer({ min: -5_000, max: 5_000 }) });
const seat = fc.record({ category: fc.constantFrom('One', 'Two'), position: offset, accessible: fc.boolean() });
const row = fc.record({ row_number: fc.string(), position: offset, seats: fc.array(seat, { maxLength: 6 }) });
const zone = fc.record({ name: fc.string(), position: offset, rows: fc.array(row, { maxLength: 4 }) });

/** Each seat is named by its place in the plan. */
const plan = fc.array(zone, { maxLength: 4 }).map((zones) => ({
  categories: [{ name: 'One' }, { name: 'Two' }],
  zones: zones.map((z, zoneAt) => ({
    ...z,
    rows: z.rows.map((r, rowAt) => ({
      ...r,
      seats: r.seats.map((s, seatAt) => ({ ...s, seat_guid: [zoneAt, rowAt, seatAt].join() })),
    })),
  })),
}));

it('keeps every seat in order, its row, and the distances, all inside the layout', () => {
  fc.assert(
    fc.property(plan, (document) => {
      const parsed = parseSeatingPlan(document);
      const expected = document.zones.flatMap((z) =>
        z.rows.map((r) =>
          r.seats.map((s) => ({
            guid: s.seat_guid,
            x: z.position.x + r.position.x + s.position.x,
            y: z.position.y + r.position.y + s.position.y,
            accessible: s.accessible,
          })),
        ),
      );
      fc.pre(expected.flat().length > 0);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
      const { sections, seats, width, height } = parsed.layout;
      const rows = sections.flatMap((section) => section.rows);
      expect(rows.map((r) => seats.slice(r.firstSeatIndex, r.firstSeatIndex + r.seatCount))).toMatchObject(
        expected.map((r) => r.map((s) => moved(s, expected.flat()))),
      );
      expect(seats.filter(({ x, y }) => x < 30 || y < 30 || x > width - 30 || y > height - 30)).toEqual([]);
      expect(rows.reduce((next, r) => (r.firstSeatIndex === next ? next + r.seatCount : -1), 0)).toBe(seats.length);
    }),
  );
});

/** Seats have a radius of 10, and the layout a margin of 20. */
function moved<Seat extends { x: number; y: number }>(seat: Seat, all: readonly Seat[]): Seat {
  const left = Math.min(...all.map(({ x }) => x));
  const top = Math.min(...all.map(({ y }) => y));
  return { ...seat, x: seat.x - left + 30, y: seat.y - top + 30 };
}

const pretixKeys = ['zones', 'rows', 'seats', 'areas', 'categories', 'size', 'position', 'text', 'polygon', 'category'];

it('never throws for any JSON', () => {
  const key = fc.oneof(fc.string(), fc.constantFrom(...pretixKeys, '__proto__', 'constructor', 'shape', 'name'));
  const document = fc.oneof(fc.jsonValue(), fc.object({ key, maxDepth: 6, values: [fc.jsonValue()] }));
  fc.assert(fc.property(document, (garbage) => typeof parseSeatingPlan(garbage).ok === 'boolean'));
});

it('never throws for a valid plan with any part replaced', () => {
  fc.assert(
    fc.property(plan, fc.nat(), fc.jsonValue(), (document, pick, garbage) => {
      let part = 0;
      const broken: unknown = JSON.parse(JSON.stringify(document), (_, value: unknown) =>
        part++ === pick % 60 ? garbage : value,
      );
      const parsed = parseSeatingPlan(broken);
      return parsed.ok || parsed.faults.every(({ message }) => message.length > 0);
    }),
  );
});

it('parses the largest plan within two seconds of CPU time', () => {
  const seats = Array.from({ length: 100 }, (_, n) => ({
    seat_number: `${n}`,
    category: 'One',
    position: { x: n, y: 0 },
  }));
  const rows = Array.from({ length: maxSeats / 100 }, (_, y) => ({
    position: { x: 0, y },
    seats: seats.map((s) => ({ ...s, seat_guid: `${y}-${s.seat_number}`, uuid: 'ignored' })),
  }));
  const before = process.cpuUsage();
  const parsed = parseSeatingPlan({ categories: [{ name: 'One' }], zones: [{ rows }] });
  const { user, system } = process.cpuUsage(before);
  expect(parsed.ok && parsed.layout.seats.length).toBe(maxSeats);
  expect((user + system) / 1000).toBeLessThan(2_000);
});
