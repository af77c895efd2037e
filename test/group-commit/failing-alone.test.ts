import { expect, test } from 'vitest';
import { GroupCommit } from '../../src/group-commit/group-commit.ts';
import { isStoreUnavailable } from '../../src/store/engine/faults.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import {
  type ReserveSeatsOutcome,
  type ReserveSeatsRequest,
  reserveSeats,
} from '../../src/store/statements/reserve-seats.ts';
import { requestFor, storedStatuses } from '../store/buyers.ts';
import { createSampleEvent } from '../store/sample-event.ts';
import { testDatabase } from '../support/database.ts';

const { url } = await testDatabase();

test('a request that the store refuses fails alone, and others in its batch get their seats', async () => {
  await using database = await openDatabase({ kind: 'postgres', url, poolSize: 4 });
  const batches: number[] = [];
  const writes = new GroupCommit({ monotonicNow: () => performance.now(), failsAll: isStoreUnavailable }).register<
    ReserveSeatsRequest,
    ReserveSeatsOutcome
  >({
    conflictKeys: ({ seatIndexes }) => seatIndexes.map(String),
    write: (eventId, requests) => {
      batches.push(requests.length);
      return reserveSeats(database, eventId, requests, { maxActiveReservations: 3 });
    },
  });
  const eventId = await createSampleEvent(database, 40);
  // Postgres refuses texts with a NUL.
  const requests = Array.from({ length: 20 }, (_, at) => requestFor([at], at === 7 ? { viewerId: 'a\u0000b' } : {}));
  const outcomes = await Promise.allSettled(requests.map((request) => writes.submit(eventId, request)));

  expect(batches.slice(0, 1)).toEqual([20]);
  outcomes.forEach((outcome, at) => {
    if (at === 7) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: '22021' } });
    else expect(outcome).toMatchObject({ status: 'fulfilled', value: { outcome: 'reserved' } });
  });
  const expected = Array.from({ length: 20 }, (_, at) => (at === 7 ? 'AVAILABLE' : 'RESERVED')).join(' ');
  expect(await storedStatuses(database, eventId, [...Array(20).keys()])).toBe(expected);
});
