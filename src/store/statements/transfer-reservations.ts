import { eq, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { changeEvent, fact, logChange, loggedChange } from '../change-log.ts';
import type { ChangeWriter, Session } from '../engine/database.ts';
import { statementNow } from '../rules.ts';
import { bookings, payments, reservations } from '../tables.ts';
import { rewrite } from './columns.ts';

/** A change of holders. */
export interface Transfer {
  /** Viewer whose reservations are transferred. */
  readonly from: string;
  readonly to: string;
}

const now = sql`(select now from moment)`;

const facts = sql`(
        select json_agg(${fact('reservation-transferred', {
          reservationId: sql`transferring.id`,
          actor: sql`transferring.recipient`,
          from: sql`transferring.viewer_id`,
          isRunning: sql`transferring.status = 'ACTIVE' and transferring.expires_at > ${now}`,
        })})
        from transferring)`;

/**
 * Gives reservations of one event, with their payments and bookings, to another viewer: the oldest, at most `limit`. Returns how many. They
 * lose their idempotency keys, which belong to the viewer who made them: the new holder may have used the same.
 */
export async function transferReservations(
  database: ChangeWriter,
  eventId: string,
  { from, to }: Transfer,
  limit: number,
): Promise<number> {
  const ofEvent = sql`${eventId}::uuid`;
  const recipient = { viewerId: sql`${to}::text` };
  /** Rows of a table that belong to the reservations. */
  const ofTransferred = (
    table: typeof payments | typeof bookings,
    reservationId: PgColumn,
    rowEvent: PgColumn,
  ): SQL => sql`
        select rows.*
        from transferring
        cross join lateral (
          select * from ${table} where ${rowEvent} = ${ofEvent} and ${reservationId} = transferring.id for update
        ) as rows`;
  const [row] = await changeEvent<{ transferred: number }>(
    database,
    eventId,
    sql`
    with
      moment as materialized (select ${statementNow} as now),
      transferring as materialized (
        select *, ${recipient.viewerId} as recipient from ${reservations}
        where ${reservations.eventId} = ${ofEvent} and ${reservations.viewerId} = ${from}
        order by ${reservations.createdAt}, ${reservations.id}
        limit ${limit}::int
        for update
      ),
      payment as materialized (${ofTransferred(payments, payments.reservationId, payments.eventId)}),
      booking as materialized (${ofTransferred(bookings, bookings.reservationId, bookings.eventId)}),
      transferred as (
        ${rewrite(reservations, sql`transferring`, { eventId: ofEvent, ...recipient, idempotencyKey: sql`null` })}
      ),
      transferred_payment as (${rewrite(payments, sql`payment`, { eventId: ofEvent, ...recipient })}),
      transferred_booking as (${rewrite(bookings, sql`booking`, { eventId: ofEvent, ...recipient })}),
      ${logChange(ofEvent, now, facts)}
    select (select count(*)::int from transferring) as transferred, ${loggedChange} as logged`,
  );
  return row?.transferred ?? 0;
}

/** Events of which the viewer has reservations, in whatever state. */
export async function eventsOfViewer(session: Session, viewerId: string): Promise<string[]> {
  const rows = await session.query((orm) =>
    orm
      .selectDistinct({ eventId: reservations.eventId })
      .from(reservations)
      .where(eq(reservations.viewerId, viewerId))
      .orderBy(reservations.eventId),
  );
  return rows.map(({ eventId }) => eventId);
}
