import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Layout } from '../../src/domain/layout.ts';
import { EventLayout } from '../../src/events/layouts.ts';
import { parseSeatingPlan } from '../../src/events/seating-plan/parse.ts';
import { priceCategories } from '../../src/events/seating-plan/prices.ts';

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`plans/${name}`, import.meta.url), 'utf8'));

function layoutOf(document: unknown): Layout {
  const parsed = parseSeatingPlan(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  return parsed.layout;
}

describe('a plan with wheelchair places and unknown fields', () => {
  const layout = layoutOf(read('parish-hall.json'));

  it('adds up the positions of zone, row and seat, from the edge of the drawing', () => {
    expect(layout.seats.map(({ guid, x, y }) => [guid, x, y])).toEqual([
      ['Floor-A-1', 33, 30],
      ['Floor-A-2', 58, 30],
      ['Floor-A-3', 83, 30],
      ['Floor-B-1', 45.5, 60.75],
      ['Gallery-A-1', 30, 160],
    ]);
  });

  it('keeps sections and rows as runs of seats', () => {
    expect(layout.sections).toMatchObject([
      {
        name: 'Floor',
        position: { x: 23, y: 10 },
        rows: [
          { name: 'A', firstSeatIndex: 0, seatCount: 3 },
          { name: 'B', firstSeatIndex: 3, seatCount: 1 },
        ],
      },
      {
        name: 'Gallery',
        position: { x: 23, y: 160 },
        rows: [{ name: 'A', firstSeatIndex: 4, seatCount: 1 }],
      },
    ]);
  });

  it('takes only true for accessible, under either name', () => {
    expect(layout.seats.map((seat) => seat.accessible)).toEqual([false, true, true, false, false]);
  });

  it('keeps categories, those without colour or seats too', () => {
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

  it('converts every shape to absolute points, and leaves out unknown ones', () => {
    const nothing = { size: null, radius: null, points: [], text: null, rotation: 0 };
    expect(layout.areas).toEqual([
      {
        ...nothing,
        shape: 'RECTANGLE',
        position: { x: 20, y: 20 },
        size: { width: 200, height: 40 },
        color: '#444444',
        borderColor: '#222222',
        text: { text: 'Stage', position: { x: 120, y: 40 }, size: 24, color: '#ffffff' },
      },
      {
        ...nothing,
        shape: 'CIRCLE',
        position: { x: 70, y: 130 },
        radius: { x: 20, y: 20 },
        color: '#cccccc',
        borderColor: '#888888',
        text: { text: '1', position: { x: 70, y: 130 }, size: 16, color: '#333333' },
      },
      {
        ...nothing,
        shape: 'ELLIPSE',
        position: { x: 320, y: 130 },
        rotation: 90,
        radius: { x: 60, y: 20 },
        color: '#cccccc',
        borderColor: null,
      },
      {
        ...nothing,
        shape: 'POLYGON',
        position: { x: 30, y: 280 },
        points: [
          { x: 30, y: 280 },
          { x: 130, y: 280 },
          { x: 80, y: 360 },
        ],
        color: '#eeeeee',
        borderColor: '#999999',
      },
      {
        ...nothing,
        shape: 'TEXT',
        position: { x: 70, y: 380 },
        color: null,
        borderColor: null,
        text: { text: 'Bar', position: { x: 70, y: 385 }, size: 16, color: null },
      },
    ]);
  });
});

describe("the layout's frame", () => {
  const planOf = (
    seats: readonly object[],
    areas: readonly object[] = [],
    size: unknown = { width: 9_000, height: 1 },
  ) => ({
    categories: [{ name: 'One' }],
    zones: [{ rows: [{ seats: seats.map((seat, at) => ({ seat_guid: `${at}`, category: 'One', ...seat })) }], areas }],
    size,
  });
  const at = (x: number, y: number) => ({ position: { x, y } });

  it.each([
    ['at the corner', 0, 0],
    ['left of and above all', -700, -20.5],
    ['far away', 900_000, 5_000],
  ])('spans its seats with room on all sides, whatever size the plan declares: %s', (_, x, y) => {
    const { seats, width, height } = layoutOf(planOf([at(x, y), at(x + 100, y + 30)]));
    expect([width, height]).toEqual([160, 90]);
    expect(seats.map((seat) => [seat.x, seat.y])).toEqual([
      [30, 30],
      [130, 60],
    ]);
  });

  it('contains areas, rotated ones and their texts', () => {
    const bar = { shape: 'rectangle', ...at(0, 0), rotation: 90, rectangle: { width: 200, height: 40 } };
    const { width, height, areas } = layoutOf(planOf([at(0, 0)], [bar]));
    expect(width).toBeCloseTo(10 + 40 + 40);
    expect(height).toBeCloseTo(10 + 200 + 40);
    expect(areas[0]?.position).toEqual({ x: 60, y: 30 });
    const words = { shape: 'text', ...at(0, 0), text: { text: 'Standing room', size: 20 } };
    const { width: wide, areas: texts } = layoutOf(planOf([at(0, 0)], [words]));
    expect(wide).toBeCloseTo(13 * 20 * 0.6 + 40);
    expect(texts[0]?.text?.position.x).toBeCloseTo(wide / 2);
  });

  it('has a margin for larger seats', () => {
    const { seats, width } = layoutOf(planOf([{ ...at(5, 5), radius: 30 }, at(5, 5)]));
    expect(width).toBe(100);
    expect(seats.map(({ radius }) => radius)).toEqual([30, 10]);
  });
});

describe("the plan's own labels", () => {
  const planOf = (row: object, zone: object = {}) => ({
    categories: [{ name: 'One' }],
    zones: [
      { name: 'Hall', ...zone, rows: [{ ...row, seats: [{ seat_guid: 'a', seat_number: '7', category: 'One' }] }] },
    ],
  });
  const priced = { currency: 'EUR', amounts: [0] };
  const labelOf = (document: unknown) => new EventLayout({ ...layoutOf(document), ...priced }).label(0);

  it.each([
    ['numbers only', { row_number: '3' }, 'Hall, row 3, seat 7'],
    ['a row by its label', { row_number: '3', row_label: 'Box 3' }, 'Hall, Box 3, seat 7'],
    ['a label with the number in it', { row_number: '3', row_label: 'Box %s' }, 'Hall, Box 3, seat 7'],
    ['a label only', { row_label: 'B' }, 'Hall, B, seat 7'],
    ['a label and an empty number', { row_number: '', row_label: 'B' }, 'Hall, B, seat 7'],
    ['seats by their label', { row_number: '3', seat_label: 'Armchair %s' }, 'Hall, row 3, Armchair 7'],
    ['a label without a place for the number', { row_number: '3', seat_label: 'Sofa' }, 'Hall, row 3, Sofa'],
    [
      'the words that the editor writes everywhere',
      { row_number: '3', row_label: 'Row %s', seat_label: 'Seat %s' },
      'Hall, row 3, seat 7',
    ],
    ['empty labels', { row_number: '3', row_label: '', seat_label: '' }, 'Hall, row 3, seat 7'],
    ['a label with signs of a pattern', { row_number: '$&', row_label: 'Box %s' }, 'Hall, Box $&, seat 7'],
  ])('%s', (_, row, label) => {
    expect(labelOf(planOf(row))).toBe(label);
  });

  it('a row with a label only is named by it', () => {
    expect(layoutOf(planOf({ row_label: 'B' })).sections[0]?.rows[0]?.name).toBe('B');
  });

  it('a row of a layout of before, without labels', () => {
    const { sections, ...layout } = layoutOf(planOf({ row_number: 'C' }));
    const before = sections.map((section) => ({
      ...section,
      rows: section.rows.map(({ name, firstSeatIndex, seatCount }) => ({ name, firstSeatIndex, seatCount })),
    }));
    expect(new EventLayout({ ...layout, sections: before, ...priced }).label(0)).toBe('Hall, row C, seat 7');
  });

  it('names are the same however their accents were typed', () => {
    const categories = [{ name: 'Galerie \u00e9' }];
    const zones = [{ rows: [{ seats: [{ seat_guid: 'a', category: 'Galerie e\u0301' }] }] }];
    const layout = layoutOf({ categories, zones });
    expect(priceCategories(layout, [{ category: 'Galerie e\u0301', amount: 5 }])).toEqual({ ok: true, amounts: [5] });
  });
});

it.each([
  ['#fff', '#ffffff'],
  ['#AbC123', '#abc123'],
  ['red', '#ff0000'],
  ['rgb(1, 2, 3)', '#010203'],
  ['#ff000080', '#ff0000'],
  ['transparent', null],
  ['#fff" onload="alert(1)', null],
  ['url(https://example.com)', null],
  ['', null],
])('the colour %j becomes %j', (color, expected) => {
  const seats = [{ seat_guid: 'a', category: 'One' }];
  const layout = layoutOf({ categories: [{ name: 'One', color }], zones: [{ rows: [{ seats }] }] });
  expect(layout.categories[0]?.color).toBe(expected);
});

it('draws areas of the schema of 2019, which are rectangles with a plain text in their middle', () => {
  const area = { width: 200, height: 40, position: { x: 5, y: 5 }, color: '#333333', rotation: 0, text: 'Stage' };
  const seat = { seat_guid: 'a', category: 'One', position: { x: 15, y: 100 } };
  const layout = layoutOf({ categories: [{ name: 'One' }], zones: [{ rows: [{ seats: [seat] }], areas: [area] }] });
  expect(layout.areas).toMatchObject([
    {
      shape: 'RECTANGLE',
      position: { x: 20, y: 20 },
      size: { width: 200, height: 40 },
      color: '#333333',
      text: { text: 'Stage', position: { x: 120, y: 40 } },
    },
  ]);
});

it('takes a plan as the API of pretix wraps it, by itself or as the only one of a list', () => {
  const plan = read('parish-hall.json');
  expect(layoutOf({ id: 2, name: 'Main plan', layout: plan })).toEqual(layoutOf(plan));
  expect(layoutOf({ count: 1, results: [{ id: 2, name: 'Main plan', layout: plan }] })).toEqual(layoutOf(plan));
});

it('accepts objects without prototypes, like GraphQL literals', () => {
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
