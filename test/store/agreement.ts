import { sql } from 'drizzle-orm';
import { expect } from 'vitest';
import type { Database } from '../../src/store/engine/database.ts';
import { onServer } from '../support/create-database.ts';
import { waitFor } from '../support/wait-for.ts';

/** Expects the tables to be consistent. */
export async function expectAgreement(database: Database): Promise<void> {
  const halfHeld = sql`
    select reservations.id from reservations
    where status = 'ACTIVE' and expires_at > now() and cardinality(seat_indexes) <> (
      select count(*) from seats
      where seats.event_id = reservations.event_id and seats.reservation_id = reservations.id
        and seats.index = any(reservations.seat_indexes) and seats.expires_at = reservations.expires_at)`;
  const heldByNobody = sql`
    select seats.index from seats where status = 'RESERVED' and expires_at > now() and not exists (
      select from reservations
      where reservations.event_id = seats.event_id and reservations.id = seats.reservation_id and reservations.status = 'ACTIVE')`;
  const halfBooked = sql`
    select reservations.id from reservations where status = 'CONFIRMED' and cardinality(seat_indexes) <> (
      select count(*) from bookings
      join booked_seats on booked_seats.event_id = bookings.event_id and booked_seats.booking_id = bookings.id
      join seats on seats.event_id = bookings.event_id and seats.index = seat_index and seats.booking_id = bookings.id
      where bookings.event_id = reservations.event_id and bookings.reservation_id = reservations.id
        and seats.status = 'BOOKED')`;
  for (const wrong of [halfHeld, heldByNobody, halfBooked]) expect(await database.rows(wrong)).toEqual([]);
}

/** Deadlocks in the database since its creation. Connections report theirs when they close, so that all must be closed. */
export function countDeadlocks(url: string): Promise<number> {
  return onServer(url, async (connection) => {
    const isAlone = async () => {
      const others = await connection`
        select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`;
      return others.length === 0;
    };
    await waitFor(isAlone, { withinMs: 5_000, what: 'the connections to be gone' });
    const [row] = await connection`select deadlocks from pg_stat_database where datname = current_database()`;
    return Number(row?.deadlocks);
  });
}
