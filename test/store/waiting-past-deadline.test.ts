import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type { ReservationRecord } from '../../src/domain/records.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { openDatabase } from '../../src/store/engine/open.ts';
import { confirmReservations } from '../../src/store/statements/confirm-reservations.ts';
import { extendReservations } from '../../src/store/statements/extend-reservations.ts';
import { testDatabase } from '../support/database.ts';
import { waitFor } from '../support/wait-for.ts';
import { beginPayments, confirmationOf, hold, moveDeadlines, only, reread } from './buyers.ts';
import { createSampleEvent } from './sample-event.ts';

const { url } = await testDatabase();

type Work = (database: Database, reservation: ReservationRecord) => Promise<readonly { outcome: string }[]>;

/** Starts the work in time while the event's head is locked, and unlocks it after the deadline. */
async function heldUp(
  database: Database,
  reservation: ReservationRecord,
  work: Work,
): Promise<readonly { outcome: string }[]> {
  const { eventId, id } = reservation;
  await moveDeadlines(database, eventId, [{ id, inMs: 3_000 }]);
  let working: ReturnType<Work> | undefined;
  await database.transaction(async ({ rows }) => {
    await rows(sql`select from event_heads where event_id = ${eventId}::uuid for update`);
    working = work(database, reservation);
    const isWaiting = async () =>
      (
        await database.rows(
          sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        )
      ).length > 0;
    await waitFor(isWaiting, { withinMs: 2_700, what: 'the work to be held up' });
    const isOver = async () => (await reread(database, reservation)).status === 'EXPIRED';
    await waitFor(isOver, { withinMs: 10_000, what: 'the deadline to pass' });
  });
  if (working === undefined) throw new Error('nothing was started');
  return working;
}

const works: [what: string, work: Work][] = [
  [
    'confirmed',
    (database, reservation) => confirmReservations(database, reservation.eventId, [confirmationOf(reservation)]),
  ],
  [
    'extended',
    (database, reservation) => {
      const asked = { reservationId: reservation.id, viewerId: reservation.viewerId };
      const terms = { extensionSeconds: 60, maxExtensions: 1 };
      return extendReservations(database, reservation.eventId, [asked], terms);
    },
  ],
];

test.each(works)(
  'a reservation cannot be %s by a statement that got its lock after the deadline',
  async (_what, work) => {
    await using database = await openDatabase({ kind: 'postgres', url, poolSize: 4 });
    const reservation = await hold(database, await createSampleEvent(database, 4), [1, 2]);
    await beginPayments(database, reservation);
    const outcomes = await heldUp(database, reservation, work);
    expect(only(outcomes).outcome).toBe('expired');
    expect((await reread(database, reservation)).status).toBe('EXPIRED');
  },
);
