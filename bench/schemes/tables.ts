import type { Sql, TransactionSql } from 'postgres';
import type { Hold, Wanted } from './scheme.ts';

/** The textbooks' two tables. They are leaner than Holdfast's, which favours the schemes. */
export async function createTables(sql: Sql): Promise<void> {
  await sql`
    create table seats (
      event_id uuid not null,
      index integer not null,
      status text not null default 'AVAILABLE',
      reservation_id uuid,
      expires_at timestamptz,
      primary key (event_id, index)
    )`;
  await sql`
    create table reservations (
      id uuid primary key,
      event_id uuid not null,
      viewer_id text not null,
      seat_indexes integer[] not null,
      created_at timestamptz not null,
      expires_at timestamptz not null
    )`;
}

export async function addSeats(sql: Sql, eventId: string, count: number): Promise<void> {
  await sql`
    insert into seats (event_id, index)
    select ${eventId}, index from generate_series(0, ${count}::integer - 1) as index`;
  await sql`analyze seats`;
}

export interface SeatRow {
  readonly status: 'AVAILABLE' | 'RESERVED' | 'BOOKED';
  readonly expiresAt: Date | null;
}

/** Waits for transactions that have locked one of them. */
export async function lockSeats(transaction: TransactionSql, { eventId, seats }: Wanted): Promise<SeatRow[]> {
  return await transaction<SeatRow[]>`
    select seats.status, seats.expires_at as "expiresAt"
    from unnest(${seats as number[]}::integer[]) with ordinality as wanted (index, place)
    join seats on seats.index = wanted.index and seats.event_id = ${eventId}
    order by wanted.place
    for update of seats`;
}

/** Writes the hold whatever the rows contain. */
export async function writeHold(
  transaction: TransactionSql,
  status: 'RESERVED' | 'BOOKED',
  { eventId, seats, viewerId }: Wanted,
  { id, createdAt, expiresAt }: Hold,
): Promise<void> {
  const indexes = seats as number[];
  await Promise.all([
    transaction`
      update seats set status = ${status}, reservation_id = ${id}, expires_at = ${expiresAt}
      where event_id = ${eventId} and index = any(${indexes}::integer[])`,
    transaction`
      insert into reservations (id, event_id, viewer_id, seat_indexes, created_at, expires_at)
      values (${id}, ${eventId}, ${viewerId}, ${indexes}, ${createdAt}, ${expiresAt})`,
  ]);
}
