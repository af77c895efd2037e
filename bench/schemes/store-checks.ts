import { decodeEventId, decodeReservationId, decodeSeatId } from '../../src/graphql/ids.ts';
import { databaseName, onServer } from '../../test/support/create-database.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import type { Answer } from '../flash-sale/answers.ts';

/** Postgres adds a connection's statistics when it ends, which takes a moment. */
const ENDED_WITHIN_MS = 30_000;

/**
 * The number of the event's seats that were granted to several buyers, by the table or by the answers. None of the reservations may
 * have expired.
 */
export async function countSoldTwice(
  databaseUrl: string,
  eventId: string,
  answers: readonly Answer[],
): Promise<number> {
  const stored = await onServer(
    databaseUrl,
    (sql) => sql<{ seat: number; id: string }[]>`
      select seat, id from reservations cross join unnest(seat_indexes) as seat
      where event_id = ${decodeEventId(eventId)}`,
  );
  const answered = answers.filter(isGrant).flatMap(({ id, seatIds }) => {
    const reservationId = decodeReservationId(id ?? '')?.reservationId ?? '';
    return seatIds.map((seatId) => ({ seat: decodeSeatId(seatId)?.index ?? -1, id: reservationId }));
  });
  const holders = new Map<number, Set<string>>();
  for (const { seat, id } of [...stored, ...answered]) holders.set(seat, (holders.get(seat) ?? new Set()).add(id));
  return [...holders.values()].filter(({ size }) => size > 1).length;
}

export function isGrant({ outcome }: Answer): boolean {
  return outcome === 'Reservation';
}

/** Deadlocks in this database since it was created. Waits until all other connections are closed. */
export async function countDeadlocks(databaseUrl: string): Promise<number> {
  const name = databaseName(databaseUrl);
  const server = new URL(databaseUrl);
  server.pathname = 'postgres';
  return onServer(server.href, async (sql) => {
    const isLeft = async () => (await sql`select from pg_stat_activity where datname = ${name}`).length === 0;
    await waitFor(isLeft, { withinMs: ENDED_WITHIN_MS, what: `${name} to be left` });
    const [row] = await sql<{ deadlocks: number }[]>`
      select deadlocks::integer as deadlocks from pg_stat_database where datname = ${name}`;
    return row?.deadlocks ?? 0;
  });
}
