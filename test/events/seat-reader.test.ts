import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { SeatReader } from '../../src/events/seat-reader.ts';
import type { Session } from '../../src/store/engine/database.ts';
import { book, hold } from '../store/buyers.ts';
import { engines } from '../store/engines.ts';
import { createSampleEvent } from '../store/sample-event.ts';

describe.each(engines)('reading all seats of events on $engine', async ({ open }) => {
  const database = await open();

  function counting() {
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
    return { count, reader: new SeatReader({ ...session, during: () => session }) };
  }

  test('takes one statement for all who ask at the same time, and tells each of their event', async () => {
    const [one, other] = [await createSampleEvent(database, 4), await createSampleEvent(database, 3)];
    await hold(database, one, [0, 1]);
    await book(database, await hold(database, one, [2]));
    const { count, reader } = counting();
    const many = Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? one : other));

    const counts = await Promise.all(many.map(reader.availability));
    expect(new Set(counts.map((availability) => availability?.available))).toEqual(new Set([1, 3]));
    expect(counts[0]).toEqual({ total: 4, available: 1, reserved: 2, booked: 1, blocked: 0 });
    expect(count.statements).toBe(1);

    count.statements = 0;
    const statuses = await Promise.all(new Array(100).fill(one).map(reader.statuses));
    for (const { codes } of statuses) expect(codes).toEqual(Uint8Array.of(1, 1, 2, 0));
    expect(count.statements).toBe(1);
    expect((await reader.statuses(other)).codes).toEqual(Uint8Array.of(0, 0, 0));
  });

  test('tells what was written before it was asked, though others had asked earlier', async () => {
    const eventId = await createSampleEvent(database, 2);
    const { reader } = counting();
    const earlier = reader.statuses(eventId);
    await hold(database, eventId, [1]);
    expect((await reader.statuses(eventId)).codes).toEqual(Uint8Array.of(0, 1));
    await earlier;
  });

  test('knows no other events', async () => {
    const { reader } = counting();
    expect(await reader.availability(randomUUID())).toBeNull();
    expect((await reader.statuses(randomUUID())).codes).toEqual(Uint8Array.of());
  });
});
