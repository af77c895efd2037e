import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { EventCatalogue } from '../../src/events/catalogue.ts';
import { EventLayouts } from '../../src/events/layouts.ts';
import { SeatReader } from '../../src/events/seat-reader.ts';
import type { ShownSeats } from '../../src/events/shown-seats.ts';
import type { Session } from '../../src/store/engine/database.ts';
import { book, hold } from '../store/buyers.ts';
import { engines } from '../store/engines.ts';
import { createSampleEvent } from '../store/sample-event.ts';

describe.each(engines)('reading all seats of events on $engine', async ({ open }) => {
  const database = await open();

  /** Nothing is in memory by default. */
  function counting(seatMaps: ShownSeats = { liveEventIds: [], shown: () => undefined }) {
    const count = { statements: 0 };
    const session: Session = {
      ...database,
      rows: (statement) => {
        count.statements += 1;
        return database.rows(statement);
      },
      query: (build) => {
        count.statements += 1;
        return database.query(build);
      },
    };
    const reads = { ...session, during: () => session };
    const layouts = new EventLayouts(database);
    const catalogue = new EventCatalogue({ reads, seatMaps, layouts });
    return { count, reader: new SeatReader(reads, seatMaps), catalogue };
  }

  test('uses one statement for concurrent calls, and returns to each its event', async () => {
    const [one, other] = [await createSampleEvent(database, 4), await createSampleEvent(database, 3)];
    await hold(database, one, [0, 1]);
    await book(database, await hold(database, one, [2]));
    const { count, reader } = counting();
    const many = Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? one : other));

    const counts = await Promise.all(many.map((id) => reader.availability(id)));
    expect(new Set(counts.map((availability) => availability?.available))).toEqual(new Set([1, 3]));
    expect(counts[0]).toEqual({ total: 4, available: 1, reserved: 2, booked: 1, blocked: 0 });
    expect(count.statements).toBe(1);

    count.statements = 0;
    const statuses = await Promise.all(new Array(100).fill(one).map((id) => reader.statuses(id)));
    for (const { codes } of statuses) expect(codes).toEqual(Uint8Array.of(1, 1, 2, 0));
    expect(count.statements).toBe(1);
    expect((await reader.statuses(other)).codes).toEqual(Uint8Array.of(0, 0, 0));
  });

  test('includes what was written before the call, although a read is in flight', async () => {
    const eventId = await createSampleEvent(database, 2);
    const { reader } = counting();
    const earlier = reader.statuses(eventId);
    await hold(database, eventId, [1]);
    expect((await reader.statuses(eventId)).codes).toEqual(Uint8Array.of(0, 1));
    await earlier;
  });

  test('uses none for events in memory', async () => {
    const eventId = await createSampleEvent(database, 2);
    const shown = {
      codes: Uint8Array.of(2, 0),
      availability: { total: 2, available: 1, reserved: 0, booked: 1, blocked: 0 },
      revision: 7,
    };
    const { count, reader } = counting({
      liveEventIds: [eventId],
      shown: (id) => (id === eventId ? shown : undefined),
    });
    expect(await reader.availability(eventId)).toBe(shown.availability);
    expect(await reader.statuses(eventId)).toBe(shown);
    expect(await reader.revision(eventId)).toBe(7);
    const nobody = { viewer: null, isOver: () => false };
    expect(await reader.statesFor(nobody).read([{ eventId, index: 0 }])).toEqual([
      { index: 0, status: 'BOOKED', reservedByViewer: false },
    ]);
    expect(count.statements).toBe(0);
  });

  test('takes one for a list of a hundred events with their counts', async () => {
    const startsAt = new Date('2060-01-01');
    const eventIds: string[] = [];
    for (let made = 0; made < 100; made += 1) eventIds.push(await createSampleEvent(database, 2, { startsAt }));
    const live = eventIds[0] ?? '';
    const availability = { total: 2, available: 0, reserved: 1, booked: 1, blocked: 0 };
    const { count, catalogue } = counting({
      liveEventIds: [live],
      shown: (id) => (id === live ? { codes: Uint8Array.of(1, 2), availability, revision: 1 } : undefined),
    });
    const nobody = { viewer: null, isOver: () => false };
    const filter = { search: '', from: startsAt, to: startsAt, salesStatus: null };
    const page = { filter, after: null, before: null, fromEnd: false, limit: 100, counted: true };
    const listed = await catalogue.list(nobody, page);
    expect(count.statements).toBe(1);
    const byEvent = new Map(listed.map((one) => [one.event.id, one.availability]));
    expect([...byEvent.keys()].sort()).toEqual([...eventIds].sort());
    const free = { total: 2, available: 2, reserved: 0, booked: 0, blocked: 0 };
    for (const id of eventIds) expect(byEvent.get(id)).toEqual(id === live ? availability : free);
  });

  test('knows no other events', async () => {
    const { reader } = counting();
    expect(await reader.availability(randomUUID())).toBeNull();
    expect((await reader.statuses(randomUUID())).codes).toEqual(Uint8Array.of());
  });
});
