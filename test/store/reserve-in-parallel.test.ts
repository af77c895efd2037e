import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/engine/open.ts';
import { listReservations } from '../../src/store/queries/reservations.ts';
import { testDatabase } from '../support/database.ts';
import { hold, lapse, MAX_ACTIVE_RESERVATIONS, reserve } from './buyers.ts';
import { createSampleEvent } from './sample-event.ts';

const { url } = await testDatabase();
const openNode = () => openDatabase({ kind: 'postgres', url, poolSize: 10 });
const seatIndexes = Array.from({ length: 50 }, (_, index) => index);

/** Counts outcomes by type. */
function tally(outcomes: readonly { outcome: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

describe('fifty requests at once, on two nodes', () => {
  test('of one viewer, for seats of two events: the limit holds for each event', async () => {
    await using one = await openNode();
    await using other = await openNode();
    const events = [await createSampleEvent(one, 50), await createSampleEvent(one, 50)];
    const viewerId = randomUUID();
    await lapse(one, await hold(one, events[0] ?? '', [49], { viewerId }));
    const outcomes = await Promise.all(
      seatIndexes.map((index) =>
        reserve(index % 2 ? one : other, events[index % 3 ? 1 : 0] ?? '', [index], { viewerId }),
      ),
    );
    expect(tally(outcomes)).toEqual({
      reserved: 2 * MAX_ACTIVE_RESERVATIONS,
      'too-many-reservations': 50 - 2 * MAX_ACTIVE_RESERVATIONS,
    });
  });

  test('with one idempotency key: one reservation for all', async () => {
    await using one = await openNode();
    await using other = await openNode();
    const eventId = await createSampleEvent(one, 50);
    const intent = { viewerId: randomUUID(), idempotencyKey: 'once' };
    const outcomes = await Promise.all(
      seatIndexes.map((copy) => reserve(copy % 2 ? one : other, eventId, [3, 4], intent)),
    );
    expect(tally(outcomes)).toEqual({ reserved: 1, repeated: 49 });
    expect(new Set(outcomes.map((outcome) => 'reservation' in outcome && outcome.reservation.id)).size).toBe(1);
    const all = { statuses: null, after: null, before: null, fromEnd: false, limit: 10 };
    expect(await listReservations(one, intent.viewerId, all)).toHaveLength(1);
  });

  test('with one idempotency key for different events: one reservation, and the others conflict', async () => {
    await using database = await openNode();
    const events = await Promise.all(seatIndexes.slice(0, 5).map(() => createSampleEvent(database, 2)));
    const intent = { viewerId: randomUUID(), idempotencyKey: 'once' };
    const outcomes = await Promise.all(events.map((eventId) => reserve(database, eventId, [0], intent)));
    expect(tally(outcomes)).toEqual({ reserved: 1, 'idempotency-conflict': 4 });
  });

  test('of fifty viewers, for one seat: one gets it, and the others get the taken seat', async () => {
    await using one = await openNode();
    await using other = await openNode();
    const eventId = await createSampleEvent(one, 50);
    const lapsed = await hold(one, eventId, [7]);
    await lapse(one, lapsed);
    const outcomes = await Promise.all(
      seatIndexes.map((buyer) => reserve(buyer % 2 ? one : other, eventId, [7, 8 + (buyer % 40)])),
    );
    expect(tally(outcomes)).toEqual({ reserved: 1, 'seats-unavailable': 49 });
    for (const outcome of outcomes) {
      if (outcome.outcome === 'seats-unavailable') expect(outcome.taken).toContain(7);
    }
  });
});
