import { type SQL, sql } from 'drizzle-orm';
import type { ListPart } from '../../domain/list-part.ts';
import type { ReservationKey, ReservationRecord, ReservationStatus } from '../../domain/records.ts';
import type { Session } from '../engine/database.ts';
import { reservationColumns } from '../records.ts';
import { reservationStatusAt, statementNow } from '../rules.ts';
import { isInPart, type ListOrder, oneOf, orderedPart } from './list-part.ts';

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

/** Of one viewer, the oldest: with the limits as they come, those of more than 300 events. */
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

/** A place in the list of a viewer's reservations or bookings, which is newest first. */
export interface ListPosition {
  readonly atMs: number;
  readonly id: string;
}

export const newestFirst = (at: SQL, id: SQL): ListOrder<ListPosition> => ({
  columns: [at, id],
  descending: true,
  valuesAt: (place) => [sql`to_timestamp(${place.atMs}::float8 / 1000)`, sql`${place.id}::uuid`],
});

const reservationOrder = newestFirst(sql`reservations.created_at`, sql`reservations.id`);

/** A viewer's reservations, newest first; of the statuses named, or of all. */
export function listReservations(
  session: Session,
  viewerId: string,
  part: ListPart<ListPosition> & { readonly statuses: readonly ReservationStatus[] | null },
): Promise<ReservationRecord[]> {
  const ofStatus: SQL =
    part.statuses === null
      ? sql`true`
      : sql`${reservationStatusAt(statementNow)} = any(${sql.param(part.statuses)}::text[])`;
  return session.rows<ReservationRecord>(sql`
    select ${reservationColumns(statementNow)} from reservations
    where reservations.viewer_id = ${viewerId} and ${ofStatus} and ${isInPart(part, reservationOrder)}
    ${orderedPart(part, reservationOrder)}`);
}
