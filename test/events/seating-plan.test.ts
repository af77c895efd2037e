import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Layout } from '../../src/events/layout.ts';
import { parseSeatingPlan } from '../../src/events/seating-plan/parse.ts';

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`plans/${name}`, import.meta.url), 'utf8'));

function layoutOf(document: unknown): Layout {
  const parsed = parseSeatingPlan(document);
  if (!parsed.ok) throw new Error(`${parsed.path}: ${parsed.message}`);
  return parsed.layout;
}

describe('a plan with wheelchair places and fields nobody knows', () => {
  const layout = layoutOf(read('parish-hall.json'));

  it('adds up the positions of zone, row and seat', () => {
    expect(layout.seats.map(({ guid, x, y }) => [guid, x, y])).toEqual([
      ['Floor-A-1', 110, 70],
      ['Floor-A-2', 135, 70],
      ['Floor-A-3', 160, 70],
      ['Floor-B-1', 122.5, 100.75],
      ['Gallery-A-1', 107, 200],
    ]);
  });

  it('keeps sections and rows as runs of seats', () => {
    expect(layout.sections).toEqual([
      {
        name: 'Floor',
        position: { x: 100, y: 50 },
        rows: [
          { name: 'A', firstSeatIndex: 0, seatCount: 3 },
          { name: 'B', firstSeatIndex: 3, seatCount: 1 },
        ],
      },
      { name: 'Gallery', position: { x: 100, y: 200 }, rows: [{ name: 'A', firstSeatIndex: 4, seatCount: 1 }] },
    ]);
  });

  it('takes only true for accessible, under either name', () => {
    expect(layout.seats.map((seat) => seat.accessible)).toEqual([false, true, true, false, false]);
  });

  it('keeps size and categories, those without colour or seats too', () => {
    expect(layout).toMatchObject({ width: 400, height: 300 });
    expect(layout.categories).toEqual([
      { name: 'Regular', color: '#33aa55' },
      { name: 'Reduced', color: null },
      { name: 'Left over from an older draft', color: null },
    ]);
    expect(layout.seats.map((seat) => seat.category)).toEqual([0, 0, 1, 1, 0]);
  });
});

describe('a plan of tables, in zones without names', () => {
  const layout = layoutOf(read('club-tables.json'));

  it('calls a nameless zone by the empty string, and a numberless row or seat by its place', () => {
    expect(layout.sections.map((section) => section.name)).toEqual(['', '']);
    expect(layout.sections[1]?.rows.map((row) => row.name)).toEqual(['1', '2']);
    expect(layout.seats.map((seat) => seat.number)).toEqual(['1', '2', '1']);
  });

  it('draws every shape in absolute points, and leaves out what it does not know', () => {
    const nothing = { size: null, radius: null, points: [], text: null, rotation: 0 };
    expect(layout.areas).toEqual([
      {
        ...nothing,
        shape: 'RECTANGLE',
        position: { x: 100, y: 40 },
        size: { width: 200, height: 40 },
        color: '#444444',
        borderColor: '#222222',
        text: { text: 'Stage', position: { x: 200, y: 60 }, size: 24, color: '#ffffff' },
      },
      {
        ...nothing,
        shape: 'CIRCLE',
        position: { x: 150, y: 150 },
        radius: { x: 20, y: 20 },
        color: '#cccccc',
        borderColor: '#888888',
        text: { text: '1', position: { x: 150, y: 150 }, size: 16, color: '#333333' },
      },
      {
        ...nothing,
        shape: 'ELLIPSE',
        position: { x: 400, y: 150 },
        rotation: 90,
        radius: { x: 60, y: 20 },
        color: '#cccccc',
        borderColor: null,
      },
      {
        ...nothing,
        shape: 'POLYGON',
        position: { x: 110, y: 300 },
        points: [
          { x: 110, y: 300 },
          { x: 210, y: 300 },
          { x: 160, y: 380 },
        ],
        color: '#eeeeee',
        borderColor: '#999999',
      },
      {
        ...nothing,
        shape: 'TEXT',
        position: { x: 150, y: 400 },
        color: null,
        borderColor: null,
        text: { text: 'Bar', position: { x: 150, y: 405 }, size: 16, color: null },
      },
    ]);
  });

  it('measures what it shows where the plan has no size of its own', () => {
    // The turned ellipse is the farthest to the right (400 + 20), the text the lowest (400); 20 more around them.
    expect(layout.width).toBeCloseTo(440);
    expect(layout.height).toBeCloseTo(420);
  });
});

describe('size', () => {
  const plan = (size?: unknown) => ({
    categories: [{ name: 'One' }],
    zones: [{ rows: [{ seats: [{ seat_guid: 'a', category: 'One', position: { x: 300, y: 90 } }] }] }],
    ...(size === undefined ? {} : { size }),
  });

  it.each([
    ['missing', undefined, 320, 110],
    ['null', null, 320, 110],
    ['cuts seats off to the right', { width: 200, height: 500 }, 320, 500],
    ['negative', { width: -1, height: -1 }, 320, 110],
    ['just enough', { width: 300, height: 90 }, 300, 90],
  ])('%s', (_, size, width, height) => {
    expect(layoutOf(plan(size))).toMatchObject({ width, height });
  });
});

it('takes a document without prototypes, as GraphQL literals are', () => {
  const bare = JSON.parse(JSON.stringify(read('parish-hall.json')), (_, value: unknown) =>
    value && typeof value === 'object' && !Array.isArray(value) ? Object.assign(Object.create(null), value) : value,
  );
  expect(layoutOf(bare)).toEqual(layoutOf(read('parish-hall.json')));
});

it('counts a category declared twice once, as declared first', () => {
  const categories = [{ name: 'One', color: '#111111' }, { name: 'One', color: '#222222' }, { name: 'Two' }];
  const zones = [{ rows: [{ seats: [{ seat_guid: 'a', category: 'Two' }] }] }];
  const layout = layoutOf({ categories, zones });
  expect(layout.categories).toEqual([
    { name: 'One', color: '#111111' },
    { name: 'Two', color: null },
  ]);
  expect(layout.seats[0]?.category).toBe(1);
});
