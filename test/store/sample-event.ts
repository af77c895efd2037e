import { randomUUID } from 'node:crypto';
import type { Layout } from '../../src/domain/layout.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { insertEvent, type NewEvent } from '../../src/store/queries/events.ts';

/** Price of the seats with an even index in `sampleLayout`, in minor units. */
export const STALLS = 4_500;
export const BALCONY = 2_000;

/** Total price of `seatIndexes` of a sample event. */
export function priceOf(seatIndexes: readonly number[]): number {
  return seatIndexes.reduce((total, index) => total + (index % 2 === 0 ? STALLS : BALCONY), 0);
}

/** One row of seats, in two alternating price categories. */
export function sampleLayout(seatCount: number): Layout {
  return {
    width: seatCount,
    height: 10,
    categories: [
      { name: 'Stalls', color: '#aa0000' },
      { name: 'Balcony', color: null },
    ],
    sections: [{ name: 'Hall', position: { x: 0, y: 0 }, rows: [{ name: 'A', firstSeatIndex: 0, seatCount }] }],
    areas: [],
    seats: Array.from({ length: seatCount }, (_, index) => ({
      guid: `seat-${index}`,
      number: String(index + 1),
      x: index + 0.5,
      y: 2.25,
      radius: 10,
      category: index % 2,
      accessible: index % 10 === 0,
    })),
  };
}

export function sampleEvent(seatCount: number, over: Partial<NewEvent> = {}): NewEvent {
  return {
    id: randomUUID(),
    name: 'Hamlet',
    venue: 'Globe',
    startsAt: new Date('2040-05-01T19:30:00.000Z'),
    timeZone: 'Europe/London',
    currency: 'EUR',
    salesStatus: 'ON_SALE',
    reservationSeconds: 600,
    layout: sampleLayout(seatCount),
    amounts: [STALLS, BALCONY],
    requestDigest: 'a sample',
    actor: 'organizer',
    ...over,
  };
}

/** Writes an event with this number of seats, ON_SALE by default. Resolves to its id. */
export async function createSampleEvent(
  database: Database,
  seatCount: number,
  over: Partial<NewEvent> = {},
): Promise<string> {
  const event = sampleEvent(seatCount, over);
  await insertEvent(database, event);
  return event.id;
}
