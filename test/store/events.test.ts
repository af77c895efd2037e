import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { SalesStatus } from '../../src/domain/records.ts';
import { loadEventState } from '../../src/store/queries/event-state.ts';
import {
  countEvents,
  type EventFilter,
  type EventPosition,
  findEvents,
  insertEvent,
  listEvents,
  loadLayout,
  updateSalesStatus,
} from '../../src/store/queries/events.ts';
import { countSeats } from '../../src/store/queries/seats.ts';
import { book, hold } from './buyers.ts';
import { engines } from './engines.ts';
import { createSampleEvent, sampleEvent, sampleLayout } from './sample-event.ts';

describe.each(engines)('events on $engine', async ({ engine, open }) => {
  const database = await open();

  test('are read as written, including layout and prices', async () => {
    const event = sampleEvent(30, {
      ...{ salesStatus: 'DRAFT', reservationSeconds: 1, timeZone: 'America/New_York' },
      amounts: [Number.MAX_SAFE_INTEGER, null],
    });
    await insertEvent(database, event);
    const { id, name, venue, timeZone, currency } = event;
    expect(await findEvents(database, [id, randomUUID()])).toEqual([
      {
        ...{
          contentDigest: event.requestDigest,
          id,
          name,
          venue,
          timeZone,
          currency,
          salesStatus: 'DRAFT',
          reservationSeconds: 1,
        },
        startsAtMs: Date.UTC(2040, 4, 1, 19, 30),
      },
    ]);
    expect(await loadLayout(database, id)).toEqual({
      ...event.layout,
      currency: event.currency,
      amounts: event.amounts,
    });
    const state = await loadEventState(database, id);
    const rest = { reservationId: null, expiresAtMs: null };
    // A category without a price is not on sale.
    const status = (index: number) => (index % 2 === 0 ? 'AVAILABLE' : 'BLOCKED');
    expect(state).toMatchObject({
      revision: 1,
      seats: Array.from({ length: 30 }, (_, index) => ({ status: status(index), ...rest })),
    });
  });

  test('keep every field of their layout', async () => {
    const plain = sampleLayout(2);
    const layout = {
      ...plain,
      sections: [
        { name: '', position: { x: -1.5, y: 2 }, rows: [] },
        { name: 'Loge “A”, {links}', position: { x: 0, y: 0 }, rows: [{ name: 'ä', firstSeatIndex: 0, seatCount: 2 }] },
      ],
      areas: [
        {
          ...{ shape: 'POLYGON' as const, position: { x: 1, y: 2 }, rotation: 30, size: null, radius: null },
          ...{ points: [{ x: 0, y: 0.125 }], color: '#000', borderColor: null },
          text: { text: 'Bühne', position: { x: 3, y: 4 }, size: 12, color: null },
        },
      ],
      seats: plain.seats.map((seat, index) => ({ ...seat, guid: `{"${index}",\\}`, number: index ? 'NULL' : '' })),
    };
    const event = sampleEvent(0, { layout });
    await insertEvent(database, event);
    expect(await loadLayout(database, event.id)).toEqual({
      ...layout,
      currency: event.currency,
      amounts: event.amounts,
    });
  });

  test('are not found by unknown ids', async () => {
    expect(await findEvents(database, [randomUUID()])).toEqual([]);
    expect(await loadLayout(database, randomUUID())).toBeNull();
    expect(await loadEventState(database, randomUUID())).toBeNull();
    expect(await updateSalesStatus(database, randomUUID(), 'CLOSED', 'organizer')).toBeNull();
  });

  test('change their sales status', async () => {
    const id = await createSampleEvent(database, 2);
    expect(await updateSalesStatus(database, id, 'PAUSED', 'organizer')).toMatchObject({ id, salesStatus: 'PAUSED' });
    expect(await findEvents(database, [id])).toMatchObject([{ salesStatus: 'PAUSED' }]);
  });

  test('of 50,000 seats are written in seconds, with progress', async () => {
    const event = sampleEvent(50_000);
    const progress: number[] = [];
    const began = performance.now();
    await insertEvent(database, event, (seatsWritten) => progress.push(seatsWritten));
    // The bound on Postgres is 10 s and two are usual. Writing rows one by one would take a minute.
    if (engine === 'Postgres') expect(performance.now() - began).toBeLessThan(30_000);
    expect(progress).toEqual(Array.from({ length: 10 }, (_, chunk) => (chunk + 1) * 5_000));
    expect(await countSeats(database, [event.id])).toMatchObject([{ total: 50_000, available: 50_000 }]);
  });

  test('are written completely or not at all', async () => {
    const before = await countEvents(database);
    const event = sampleEvent(7_000);
    const lastBroken = event.layout.seats.map((seat, index) => ({ ...seat, category: index === 6_999 ? 9 : 0 }));
    const progress: number[] = [];
    const written = insertEvent(database, { ...event, layout: { ...event.layout, seats: lastBroken } }, (seats) =>
      progress.push(seats),
    );
    await expect(written).rejects.toThrow();
    expect(progress).toEqual([5_000]);
    expect(await findEvents(database, [event.id])).toEqual([]);
    expect(await countSeats(database, [event.id])).toEqual([]);
    expect(await countEvents(database)).toBe(before);
  });
});

const all: EventFilter = { search: '', from: null, to: null, salesStatus: null };
const whole = { filter: all, drafts: false, counts: null, after: null, before: null, fromEnd: false, limit: 100 };

describe.each(engines)('lists of events on $engine', async ({ open }) => {
  const database = await open();

  /** Ids page by page, as a client reads them. */
  async function pages(limit: number, drafts: boolean): Promise<string[][]> {
    const found: string[][] = [];
    let after: EventPosition | null = null;
    for (;;) {
      const page = await listEvents(database, { ...whole, drafts, after, limit });
      const last = page.at(-1);
      if (last === undefined) return found;
      found.push(page.map(({ event }) => event.id));
      after = last.event;
    }
  }

  test('are ordered by their start, page by page, with drafts only if requested', async () => {
    const at = (startsAt: string, over = {}) =>
      createSampleEvent(database, 1, { startsAt: new Date(startsAt), ...over });
    const last = await at('2041-01-01T00:00:00.002Z');
    const first = await at('2040-12-31T23:59:59.999Z');
    const together = [
      await at('2041-01-01T00:00:00.001Z'),
      await at('2041-01-01T00:00:00.001Z'),
      await at('2041-01-01T00:00:00.001Z'),
    ].sort();
    const draft = await at('2041-01-01T00:00:00.003Z', { salesStatus: 'DRAFT' });
    const shown = [first, ...together, last];
    expect(await pages(2, false)).toEqual([shown.slice(0, 2), shown.slice(2, 4), shown.slice(4)]);
    expect((await pages(1, true)).flat()).toEqual([...shown, draft]);
    expect(await countEvents(database)).toBe(6);
  });

  test('have the counts of those events whose counts are asked for', async () => {
    const startsAt = new Date('2045-01-01');
    const [counted, live] = [
      await createSampleEvent(database, 3, { startsAt }),
      await createSampleEvent(database, 2, { startsAt }),
    ];
    await hold(database, counted, [0]);
    await book(database, await hold(database, counted, [2]));
    const filter = { ...all, from: startsAt, to: startsAt };
    const listed = await listEvents(database, { ...whole, filter, counts: { without: [live] } });
    const byEvent = new Map(listed.map(({ event, availability }) => [event.id, availability]));
    expect(byEvent.get(counted)).toEqual({ total: 3, available: 1, reserved: 1, booked: 1, blocked: 0 });
    expect(byEvent.get(live)).toBeNull();
    expect(await listEvents(database, { ...whole, filter })).toEqual(
      listed.map(({ event }) => ({ event, availability: null })),
    );
  });

  const names = async (filter: Partial<EventFilter>) => {
    const page = { ...whole, filter: { ...all, from: new Date('2050-01-01'), ...filter }, drafts: true };
    return (await listEvents(database, page)).map(({ event }) => event.name);
  };

  test('contain the search text in name or venue, ignoring case and accents', async () => {
    const startsAt = new Date('2050-01-01');
    for (const [name, venue] of [
      ['Soirée à l’Étoile', 'Théâtre'],
      ['ВЕЧЕР', 'Straße 9%'],
      ['Ὀδυσσεύς', 'Halle_1'],
    ] as const) {
      await createSampleEvent(database, 1, { name, venue, startsAt });
    }
    for (const search of ['etoile', 'SOIRÉE', 'theatre', 'e\u0301toile'])
      expect(await names({ search }), search).toEqual(['Soirée à l’Étoile']);
    for (const search of ['вечер', 'STRASSE', 'straße', '9%'])
      expect(await names({ search }), search).toEqual(['ВЕЧЕР']);
    for (const search of ['οδυσσευς', 'Οδυσσεύσ', 'halle_'])
      expect(await names({ search }), search).toEqual(['Ὀδυσσεύς']);
    for (const search of ['%', '_']) expect(await names({ search }), search).toHaveLength(1);
    expect(await names({ search: 'nowhere' })).toEqual([]);
    expect(await names({})).toHaveLength(3);
  });

  test('have those between two moments, and of a sales status, and none that is over unless it is asked for', async () => {
    const begin = async (name: string, startsAt: string | number, salesStatus: SalesStatus = 'ON_SALE') =>
      createSampleEvent(database, 1, { name, startsAt: new Date(startsAt), salesStatus });
    await begin('over', '2001-01-01T00:00:00.000Z');
    await begin('just over', Date.now() - 1_000, 'PAUSED');
    await begin('a draft of the past', '2001-01-02T00:00:00.000Z', 'DRAFT');
    const soon = new Date(Date.now() + 3_600_000);
    await begin('soon', soon.getTime(), 'PAUSED');
    const upcoming = await names({ from: null, to: soon });
    expect(upcoming).toEqual(['soon']);
    const from = new Date('2001-01-01T00:00:00.000Z');
    expect(await names({ from, to: soon })).toEqual(['over', 'a draft of the past', 'just over', 'soon']);
    expect(await names({ from, to: from })).toEqual(['over']);
    expect(await names({ from, to: soon, salesStatus: ['CLOSED'] })).toEqual(['over', 'just over']);
    expect(await names({ from, to: soon, salesStatus: ['PAUSED', 'DRAFT'] })).toEqual(['a draft of the past', 'soon']);
    expect(await names({ from, to: soon, salesStatus: [] })).toEqual([]);
    const [yearZero, year9999] = [new Date('0000-01-01T00:00:00.000Z'), new Date('9999-12-31T23:59:59.999Z')];
    expect(await names({ from: yearZero, to: soon })).toEqual(['over', 'a draft of the past', 'just over', 'soon']);
    expect(await names({ from: yearZero, to: yearZero })).toEqual([]);
    expect(await names({ from: year9999, to: year9999 })).toEqual([]);
  });
});
