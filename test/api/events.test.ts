import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import {
  BlockSeatsDocument,
  CreateEventDocument,
  type CreateEventInput,
  EventDocument,
  EventSectionsDocument,
  EventsDocument,
  ReserveSeatsDocument,
  SeatsDocument,
  SetSalesStatusDocument,
  UnblockSeatsDocument,
} from '../../src/client/generated/documents.ts';
import { testDatabase } from '../support/database.ts';
import { dataOf, send } from '../support/graphql.ts';
import { startNode } from '../support/node.ts';
import { seatIdsOf } from '../support/seat-ids.ts';
import { eventInput, organizerToken, planOf, prices } from './venue.ts';

const database = await testDatabase();
let node: App;
beforeAll(async () => {
  node = await startNode({ env: { DATABASE_URL: database.url, RESERVATION_SECONDS: '420' } });
});
afterAll(() => node?.[Symbol.asyncDispose]());

async function create(input: Partial<CreateEventInput>) {
  const variables = { input: { ...eventInput, ...input } };
  return (await dataOf(node.graphqlUrl, CreateEventDocument, variables, await organizerToken)).createEvent;
}

async function created(input: Partial<CreateEventInput>) {
  const event = await create(input);
  return event.__typename === 'Event' ? event : expect.fail(JSON.stringify(event));
}

async function mapOf(eventId: string) {
  const { event } = await dataOf(node.graphqlUrl, EventSectionsDocument, { eventId }, await organizerToken);
  return event ?? expect.fail();
}

async function seatsOf(eventId: string) {
  const { event } = await dataOf(node.graphqlUrl, SeatsDocument, { eventId }, await organizerToken);
  return event?.seats.edges.map(({ node: seat }) => seat) ?? expect.fail();
}

const planFile = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../events/plans/${name}.json`, import.meta.url), 'utf8'));

describe('an event made from a seating plan', () => {
  test('has its input, and counts of its seats', async () => {
    const event = await created({
      name: '  Lear ',
      startsAt: '2031-02-03T20:00:00+01:00',
      timeZone: 'europe/berlin',
      currency: 'JPY',
      reservationSeconds: 90,
    });
    expect(event).toEqual({
      __typename: 'Event',
      id: expect.stringMatching(/^event_/),
      name: 'Lear',
      venue: 'Great Hall',
      startsAt: '2031-02-03T19:00:00.000Z',
      timeZone: 'Europe/Berlin',
      currency: 'JPY',
      salesStatus: 'DRAFT',
      reservationSeconds: 90,
    });
    const read = await dataOf(node.graphqlUrl, EventDocument, { id: event.id }, await organizerToken);
    expect(read.event).toMatchObject({
      categories: [
        { name: 'Front', color: '#aa0000', price: { amount: 5000, currency: 'JPY' } },
        { name: 'Back', color: null, price: { amount: 2500, currency: 'JPY' } },
      ],
      availability: { total: 20, available: 20, reserved: 0, booked: 0, blocked: 0 },
    });
    expect(await created({})).toMatchObject({ reservationSeconds: 420, timeZone: 'UTC' });
    const family = '👩‍👩‍👧‍👦'.repeat(200);
    expect(await created({ name: family, venue: ` ${family} ` })).toMatchObject({ name: family, venue: family });
    expect(await created({ timeZone: null })).toMatchObject({ timeZone: 'UTC' });
  });

  test('adds up positions of zones, rows and seats, and names each seat for people', async () => {
    const seat = (at: number, more: object) => ({
      seat_guid: `s${at}`,
      seat_number: `${at}`,
      category: 'Front',
      position: { x: at, y: 0.5 },
      ...more,
    });
    const zone = {
      name: 'Left box',
      position: { x: 100, y: 10 },
      rows: [
        {
          row_number: 'C',
          position: { x: 7, y: 3 },
          seats: [seat(1, {}), seat(2, { wheelchair: true }), seat(3, { accessible: true })],
        },
        { row_number: null, position: { x: 0, y: 0 }, seats: [seat(4, { seat_number: null, wheelchair: false })] },
      ],
    };
    const nameless = { position: { x: 0, y: 0 }, rows: [{ row_number: '1', seats: [seat(5, { category: 'Back' })] }] };
    const plan = { ...planOf(), size: { width: 300, height: 150 }, zones: [zone, nameless], unknown: { to: 'us' } };
    const { id } = await created({ plan });
    expect(await seatsOf(id)).toMatchObject([
      { index: 0, label: 'Left box, row C, seat 1', section: 'Left box', row: 'C', number: '1', accessible: false },
      { index: 1, label: 'Left box, row C, seat 2', accessible: true, category: { name: 'Front' } },
      { index: 2, label: 'Left box, row C, seat 3', accessible: true },
      { index: 3, label: 'Left box, row 2, seat 1', row: '2', number: '1', accessible: false },
      { index: 4, label: 'Row 1, seat 5', section: '', category: { name: 'Back' } },
    ]);
    const { seatMap } = await mapOf(id);
    expect(seatMap).toMatchObject({ width: 165, height: 73 });
    expect(seatMap.sections).toMatchObject([
      {
        name: 'Left box',
        position: { x: 125, y: 39.5 },
        rows: [{ name: 'C', seats: [{ position: { x: 133, y: 43 } }, {}, {}] }, { name: '2' }],
      },
      { name: '', rows: [{ name: '1', seats: [{ position: { x: 30, y: 30 } }] }] },
    ]);
    expect(Buffer.from(seatMap.statuses, 'base64')).toHaveLength(2);
  });

  test('keeps the areas of the plan', async () => {
    const text = { text: 'Stage', position: { x: 5, y: 6 }, size: 24, color: '#fff' };
    const areas = [
      {
        shape: 'rectangle',
        position: { x: 1, y: 2 },
        rotation: 30,
        rectangle: { width: 50, height: 20 },
        color: '#111',
        border_color: '#222',
        text,
      },
      { shape: 'circle', position: { x: 1, y: 2 }, circle: { radius: 9 } },
      { shape: 'ellipse', position: { x: 1, y: 2 }, ellipse: { radius: { x: 3, y: 4 } } },
      {
        shape: 'polygon',
        position: { x: 1, y: 2 },
        polygon: {
          points: [
            { x: 0, y: 0 },
            { x: 10, y: 0 },
            { x: 0, y: 10 },
          ],
        },
      },
      { shape: 'text', position: { x: 1, y: 2 }, text },
    ];
    const plan = { ...planOf(), zones: [...planOf().zones, { name: 'Drawing', position: { x: 100, y: 0 }, areas }] };
    const drawn = (await mapOf((await created({ plan })).id)).seatMap.areas;
    const nothing = { size: null, radius: null, points: [] };
    const { x = 0, y = 0 } = drawn[0]?.position ?? {};
    expect(drawn).toMatchObject([
      {
        shape: 'RECTANGLE',
        rotation: 30,
        size: { width: 50, height: 20 },
        color: '#111111',
        borderColor: '#222222',
        text: { text: 'Stage', position: { x: x + 5, y: y + 6 }, size: 24, color: '#ffffff' },
      },
      { shape: 'CIRCLE', radius: { x: 9, y: 9 }, size: null, color: null, borderColor: null, text: null },
      { shape: 'ELLIPSE', radius: { x: 3, y: 4 } },
      {
        ...nothing,
        shape: 'POLYGON',
        points: [
          { x, y },
          { x: x + 10, y },
          { x, y: y + 10 },
        ],
      },
      { ...nothing, shape: 'TEXT', text: { text: 'Stage' } },
    ]);
  });

  test.each([
    ['parish-hall', ['Regular', 'Reduced']],
    ['club-tables', ['Table']],
  ])('takes %s as the editor wrote it', async (name, categories) => {
    const event = await created({
      plan: await planFile(name),
      prices: categories.map((category) => ({ category, amount: 0 })),
    });
    const { seatMap } = await mapOf(event.id);
    const seats = seatMap.sections.flatMap(({ rows }) => rows).flatMap((row) => row.seats);
    expect(seats.map(({ index }) => index)).toEqual(seats.map((_, at) => at));
    for (const { position } of seats) {
      expect(position.x).toBeLessThanOrEqual(seatMap.width);
      expect(position.y).toBeLessThanOrEqual(seatMap.height);
    }
  });
});

test('a category without a price is not on sale, and its seats stay blocked', async () => {
  const { id: eventId } = await created({ prices: prices.slice(0, 1) });
  const token = await organizerToken;
  await dataOf(node.graphqlUrl, SetSalesStatusDocument, { input: { eventId, salesStatus: 'ON_SALE' } }, token);
  const { event } = await dataOf(node.graphqlUrl, EventDocument, { id: eventId });
  expect(event).toMatchObject({
    categories: [
      { name: 'Front', price: { amount: 5000, currency: 'EUR' } },
      { name: 'Back', price: null },
    ],
    availability: { total: 20, available: 10, reserved: 0, booked: 0, blocked: 10 },
  });
  const ids = (await seatsOf(eventId)).map(({ id }) => id);
  const seatIds = [ids[0] ?? '', ids[5] ?? ''];
  const reserved = await dataOf(node.graphqlUrl, ReserveSeatsDocument, { input: { eventId, seatIds } }, token);
  expect(reserved.reserveSeats).toMatchObject({ __typename: 'SeatsUnavailable', seatIds: [ids[5]] });
  const sold = await dataOf(node.graphqlUrl, UnblockSeatsDocument, { input: { eventId, seatIds } }, token);
  expect(sold.unblockSeats).toMatchObject({ __typename: 'InvalidInput', path: ['seatIds', '1'] });
  const blocked = await dataOf(node.graphqlUrl, BlockSeatsDocument, { input: { eventId, seatIds } }, token);
  expect(blocked.blockSeats).toMatchObject({ __typename: 'Event' });
});

test('an event may have no prices at all', async () => {
  const { id } = await created({ prices: [] });
  const { event } = await dataOf(node.graphqlUrl, EventDocument, { id }, await organizerToken);
  expect(event?.availability).toMatchObject({ available: 0, blocked: 20 });
});

describe('invalid events', () => {
  const changed = (change: (plan: ReturnType<typeof planOf>) => unknown) => {
    const plan = planOf();
    return { plan: change(plan) };
  };
  const withSeat = (more: object) =>
    changed((plan) => {
      Object.assign(plan.zones[0]?.rows[1]?.seats[2] ?? expect.fail(), more);
      return plan;
    });
  const refusals: readonly [string, Partial<CreateEventInput>, string][] = [
    ['no name', { name: '' }, 'name'],
    ['a long venue', { venue: 'v'.repeat(201) }, 'venue'],
    ['a long name of emoji', { name: '👩‍👩‍👧‍👦'.repeat(201) }, 'name'],
    ['a control character', { name: 'a\0b' }, 'name'],
    ['a start before 1970', { startsAt: '1969-12-31T23:59:59.999Z' }, 'startsAt'],
    ['a time zone that is none', { timeZone: 'Europe/Atlantis' }, 'timeZone'],
    ['an offset in place of a time zone', { timeZone: '+01:00' }, 'timeZone'],
    ['a currency of the past', { currency: 'DEM' }, 'currency'],
    ['a currency that is none', { currency: 'EURO' }, 'currency'],
    ['a currency in small letters', { currency: 'eur' }, 'currency'],
    ['no time to pay', { reservationSeconds: 0 }, 'reservationSeconds'],
    ['more than a day to pay', { reservationSeconds: 86_401 }, 'reservationSeconds'],
    ['a document that is no plan', { plan: {} }, 'plan.categories'],
    ['zones that are none', { plan: { categories: [], zones: 1 } }, 'plan.zones'],
    ['no seats', changed((plan) => ({ ...plan, zones: [] })), 'plan.zones'],
    ['a seat without a name', withSeat({ seat_guid: '' }), 'plan.zones[0].rows[1].seats[2].seat_guid'],
    ['a seat’s name again', withSeat({ seat_guid: 'seat-3' }), 'plan.zones[0].rows[1].seats[2].seat_guid'],
    ['a seat of no category', withSeat({ category: 'Middle' }), 'plan.zones[0].rows[1].seats[2].category'],
    ['a seat in no place', withSeat({ position: { x: 'left', y: 0 } }), 'plan.zones[0].rows[1].seats[2].position.x'],
    ['too many seats', { plan: planOf(50_001) }, 'plan.zones'],
    ['a price of no category', { prices: [...prices, { category: 'Middle', amount: 1 }] }, 'prices[2].category'],
    ['two prices', { prices: [...prices, { category: 'Back', amount: 1 }] }, 'prices[2].category'],
  ];
  test.each(refusals)('%s', async (_, input, path) => {
    const refused = await create(input);
    const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
    const message = expect.stringMatching(/\S/);
    const fault = { path: steps, message };
    expect(refused).toMatchObject({ __typename: 'InvalidInput', code: 'INVALID_INPUT', ...fault });
    expect(refused).toMatchObject({ faults: expect.arrayContaining([fault]) });
  });

  test('leaves nothing behind', async () => {
    const before = (await dataOf(node.graphqlUrl, EventsDocument, { first: 100 }, await organizerToken)).events.edges
      .length;
    for (const [, input] of refusals) await create(input);
    const after = (await dataOf(node.graphqlUrl, EventsDocument, { first: 100 }, await organizerToken)).events.edges
      .length;
    expect(after).toBe(before);
  });
});

test.each([1, 86_400])('a reservation may last %d s', async (reservationSeconds) => {
  expect(await created({ reservationSeconds })).toMatchObject({ reservationSeconds });
});

test('seats whose total exceeds the range of an Amount can only be reserved one by one', async () => {
  const dear = [
    { category: 'Front', amount: Number.MAX_SAFE_INTEGER },
    { category: 'Back', amount: 1 },
  ];
  const { id: eventId } = await created({ prices: dear });
  const token = await organizerToken;
  await dataOf(node.graphqlUrl, SetSalesStatusDocument, { input: { eventId, salesStatus: 'ON_SALE' } }, token);
  const ids = (await seatsOf(eventId)).map(({ id }) => id);
  const reserved = async (seatIds: readonly string[]) =>
    (await dataOf(node.graphqlUrl, ReserveSeatsDocument, { input: { eventId, seatIds } }, token)).reserveSeats;
  expect(await reserved([...ids.slice(0, 1), ...ids.slice(5, 6)])).toMatchObject({
    __typename: 'InvalidInput',
    path: ['seatIds'],
  });
  expect(await reserved(ids.slice(0, 1))).toMatchObject({ total: { amount: Number.MAX_SAFE_INTEGER } });
});

test('an event with 50,000 seats is created in seconds', async () => {
  const plan = planOf(50_000);
  const startMs = performance.now();
  const { id } = await created({ plan });
  // The bound is 10 s and two are usual. Writing rows one by one would take a minute.
  expect(performance.now() - startMs).toBeLessThan(30_000);
  const { event } = await dataOf(node.graphqlUrl, EventDocument, { id }, await organizerToken);
  expect(event?.availability).toEqual({ total: 50_000, available: 50_000, reserved: 0, booked: 0, blocked: 0 });
  expect(await seatIdsOf(node.graphqlUrl, id, await organizerToken)).toHaveLength(50_000);
});

test('only organizers may send requests as large as a plan', async () => {
  const variables = { input: { ...eventInput, plan: planOf(20_000) } };
  const reply = await send(node.graphqlUrl, CreateEventDocument, variables);
  expect(reply.errors?.[0]?.message).toMatch(/too large/);
});
