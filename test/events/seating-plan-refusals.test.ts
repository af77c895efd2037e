import { describe, expect, it } from 'vitest';
import { parseSeatingPlan } from '../../src/events/seating-plan/parse.ts';
import { priceCategories } from '../../src/events/seating-plan/prices.ts';

const seat = (guid: string, more: object = {}) => ({ seat_guid: guid, seat_number: '1', category: 'Stalls', ...more });
const planOf = (...seats: unknown[]) => ({
  name: 'Hall',
  categories: [{ name: 'Stalls' }],
  zones: [
    {
      position: { x: 0, y: 0 },
      rows: [
        { row_number: 'A', seats: [] },
        { row_number: 'B', seats },
      ],
    },
  ],
});
const refusal = (path: string, message: RegExp) => ({
  ok: false,
  faults: [{ path, message: expect.stringMatching(message) }],
});
const seatsPath = 'zones[0].rows[1].seats';

describe('a plan is refused with the path of its fault:', () => {
  it.each<[why: string, document: unknown, path: string, message: RegExp]>([
    ['nothing', undefined, '', /expected object/],
    ['null', null, '', /expected object/],
    ['a text', '{"zones": []}', '', /expected object/],
    ['a list', [], '', /expected object/],
    ['no zones', { categories: [] }, 'zones', /expected array/],
    ['zones that are no list', { categories: [], zones: {} }, 'zones', /expected array/],
    ['no categories', { zones: [] }, 'categories', /expected array/],
    ['no zones in it', { categories: [], zones: [] }, 'zones', /no seats/],
    ['no seats in its rows', planOf(), 'zones', /no seats/],
    ['a row without seats', { categories: [], zones: [{ rows: [{}] }] }, 'zones[0].rows[0].seats', /expected array/],
    ['a seat that is no object', planOf(seat('a'), 7), `${seatsPath}[1]`, /expected object/],
    ['a seat without a name', planOf({ category: 'Stalls' }), `${seatsPath}[0].seat_guid`, /expected string/],
    ['a seat with an empty name', planOf(seat('')), `${seatsPath}[0].seat_guid`, /name of its own/],
    ['a name with a NUL', planOf(seat('a\0')), `${seatsPath}[0].seat_guid`, /Not storable/],
    ['half a character', planOf(seat('\ud83e')), `${seatsPath}[0].seat_guid`, /Not storable/],
    ['a position in words', planOf(seat('a', { position: { x: '3' } })), `${seatsPath}[0].position.x`, /number/],
    [
      'a text that is too long, in characters as people see them',
      planOf(seat('👩‍👩‍👧‍👦'.repeat(1_001))),
      `${seatsPath}[0].seat_guid`,
      /At most 1000 characters/,
    ],
    ['infinitely far', planOf(seat('a', { position: { y: 1e308 } })), `${seatsPath}[0].position.y`, /Too big/],
    ['not a number', planOf(seat('a', { position: { y: Number.NaN } })), `${seatsPath}[0].position.y`, /NaN/],
    ['a radius below 0', planOf(seat('a', { radius: -1 })), `${seatsPath}[0].radius`, /Too small/],
    ['a repeated seat', planOf(seat('a'), seat('b'), seat('a')), `${seatsPath}[2].seat_guid`, /seats\[0\] already/],
    ['no category', planOf({ seat_guid: 'a' }), `${seatsPath}[0].category`, /expected string/],
    ['an empty category', planOf(seat('a', { category: '' })), `${seatsPath}[0].category`, /has no category/],
    [
      'wrapped by the API',
      { id: 1, layout: planOf(seat('a', { category: 'x' })) },
      `layout.${seatsPath}[0].category`,
      /'x'/,
    ],
    [
      'a list of plans',
      { results: [{ layout: planOf(seat('a')) }, { layout: planOf(seat('a')) }] },
      'results',
      /one plan, not 2/,
    ],
    ['a category of another name', planOf(seat('a', { category: 'toString' })), `${seatsPath}[0].category`, /no categ/],
    [
      '1,001 categories',
      { ...planOf(seat('a')), categories: new Array(1_001).fill({ name: 'Stalls' }) },
      'categories',
      /1001 categories; 1000/,
    ],
    ['50,001 seats', planOf(...Array.from({ length: 50_001 }, (_, n) => seat(`${n}`))), 'zones', /50001 seats; 50000/],
  ])('%s', (_, document, path, message) => {
    expect(parseSeatingPlan(document)).toEqual(refusal(path, message));
  });
});

describe('all faults are reported at once', () => {
  const pathsOf = (document: unknown) => {
    const parsed = parseSeatingPlan(document);
    return parsed.ok ? [] : parsed.faults.map(({ path }) => path.replace(`${seatsPath}`, ''));
  };

  it('in the form of the plan', () => {
    expect(pathsOf(planOf(seat('a', { position: 7 }), seat('b'), { category: 'Stalls' }))).toEqual([
      '[0].position',
      '[2].seat_guid',
    ]);
  });

  it('in its seats', () => {
    expect(pathsOf(planOf(seat('a'), seat('a', { category: 'Pit' }), seat('c', { category: '' })))).toEqual([
      '[1].seat_guid',
      '[1].category',
      '[2].category',
    ]);
  });

  it('up to 20', () => {
    expect(pathsOf(planOf(...Array.from({ length: 100 }, (_, at) => seat(`${at}`, { category: 'Pit' }))))).toHaveLength(
      20,
    );
  });

  it('in prices', () => {
    const category = (name: string) => ({ name, color: null });
    const layout = { categories: [category('One'), category('Two')], seats: [] };
    const prices = [
      { category: 'Three', amount: 1 },
      { category: 'One', amount: -1 },
    ];
    expect(priceCategories(layout, prices)).toMatchObject({
      faults: [{ path: 'prices[0].category' }, { path: 'prices[1].amount' }],
    });
  });
});

it('a seat named twice in two spellings of the same accents is one seat', () => {
  expect(parseSeatingPlan(planOf(seat('Loge \u00e9'), seat('Loge e\u0301')))).toEqual(
    refusal(`${seatsPath}[1].seat_guid`, /already/),
  );
});

describe('prices', () => {
  const category = (name: string) => ({ name, color: null });
  const seatIn = (at: number) => ({
    guid: `${at}`,
    number: '1',
    x: 0,
    y: 0,
    radius: 10,
    category: at,
    accessible: false,
  });
  const plan = {
    categories: [category('Stalls'), category('Balcony'), category('Unused')],
    seats: [seatIn(1), seatIn(0)],
  };
  const stalls = { category: 'Stalls', amount: 4500 };
  const balcony = { category: 'Balcony', amount: 0 };

  it('are in the order of the plan, null for a category without one', () => {
    expect(priceCategories(plan, [balcony, stalls])).toEqual({ ok: true, amounts: [4500, 0, null] });
    expect(priceCategories(plan, [balcony])).toEqual({ ok: true, amounts: [null, 0, null] });
    const priced = [balcony, stalls, { category: 'Unused', amount: 3 }];
    expect(priceCategories(plan, priced)).toEqual({ ok: true, amounts: [4500, 0, 3] });
  });

  it.each([
    ['below 0', [stalls, { ...balcony, amount: -1 }], 'prices[1].amount', /not -1/],
    ['half a cent', [{ ...stalls, amount: 0.5 }], 'prices[0].amount', /not 0.5/],
    ['more than an Amount', [{ ...stalls, amount: 2 ** 53 }], 'prices[0].amount', /not 9007199254740992/],
    ['not a number', [{ ...stalls, amount: Number.NaN }], 'prices[0].amount', /not NaN/],
    ['for a category not in the plan', [{ ...stalls, category: 'Pit' }], 'prices[0].category', /no category 'Pit'/],
    ['twice', [stalls, balcony, stalls], 'prices[2].category', /priced twice/],
  ])('are refused: %s', (_, prices, path, message) => {
    const priced = priceCategories(plan, prices);
    expect(priced.ok || priced.faults[0]).toEqual({ path, message: expect.stringMatching(message) });
  });
});
