import { type SQL, sql } from 'drizzle-orm';
import type { ReservationKey } from '../coordination/coordination.ts';
import type { Session } from './database.ts';
import { oneOf } from './one-of.ts';
import { type ReservationRecord, type ReservationStatus, reservationColumns } from './records.ts';
import { reservationStatusAt, statementNow } from './rules.ts';

/** In no particular order; those that do not exist are missing. */
export function findReservations(session: Session, keys: readonly ReservationKey[]): Promise<ReservationRecord[]> {
  return session.rows<ReservationRecord>(sql`
    select ${reservationColumns(statementNow)}
    from unnest(
      ${sql.param(keys.map(({ eventId }) => eventId))}::uuid[],
      ${sql.param(keys.map(({ reservationId }) => reservationId))}::uuid[]
    ) as wanted(event_id, id)
    cross join lateral ${oneOf(sql`reservations`, sql`event_id = wanted.event_id and id = wanted.id`)}`);
}

/** Of one viewer at most: no server lets anybody have more. */
const MAX_ACTIVE = 1_000;

/** Those of the viewers that run, the oldest first. */
export function findActiveReservations(
  session: Session,
  viewerIds: readonly string[],
): Promise<(ReservationKey & { readonly viewerId: string })[]> {
  return session.rows<ReservationKey & { readonly viewerId: string }>(sql`
    select viewer_id as "viewerId", event_id as "eventId", id as "reservationId"
    from unnest(${sql.param(viewerIds)}::text[]) as wanted(viewer)
    cross join lateral (
      select reservations.viewer_id, reservations.event_id, reservations.id from reservations
      where reservations.viewer_id = wanted.viewer and reservations.status = 'ACTIVE'
        and reservations.expires_at > statement_timestamp()
      order by reservations.created_at, reservations.id
      limit ${MAX_ACTIVE}::int
    ) as active`);
}

/** Where a page of a viewer's reservations or bookings ends. */
export interface ListPosition {
  readonly atMs: number;
  readonly id: string;
}

/** A viewer's reservations, newest first, from behind `after`; of the statuses named, or of all. */
export function listReservations(
  session: Session,
  viewerId: string,
  page: {
    readonly statuses: readonly ReservationStatus[] | null;
    readonly after: ListPosition | null;
    readonly limit: number;
  },
): Promise<ReservationRecord[]> {
  const ofStatus: SQL =
    page.statuses === null
      ? sql`true`
      : sql`${reservationStatusAt(statementNow)} = any(${sql.param(page.statuses)}::text[])`;
  return session.rows<ReservationRecord>(sql`
    select ${reservationColumns(statementNow)} from reservations
    where reservations.viewer_id = ${viewerId} and ${ofStatus}
      and ${isBehind(sql`reservations.created_at`, sql`reservations.id`, page.after)}
    order by reservations.created_at desc, reservations.id desc
    limit ${page.limit}::int`);
}

/** Whether a row comes behind `after` in a list that is newest first. */
export const isBehind = (at: SQL, id: SQL, after: ListPosition | null): SQL =>
  after === null ? sql`true` : sql`(${at}, ${id}) < (to_timestamp(${after.atMs}::float8 / 1000), ${after.id}::uuid)`;
