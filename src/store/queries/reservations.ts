import { and, eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { ListPart } from '../../domain/list-part.ts';
import type { ReservationKey, ReservationRecord, ReservationStatus } from '../../domain/records.ts';
import type { Session } from '../engine/database.ts';
import { reservationFields } from '../records.ts';
import { reservationStatusAt, statementNow } from '../rules.ts';
import { reservations } from '../tables.ts';
import { isInPart, type ListOrder, orderOf } from './list-part.ts';

/** In no particular order, without those that do not exist. */
export function findReservations(session: Session, keys: readonly ReservationKey[]): Promise<ReservationRecord[]> {
  const ids = keys.map(({ reservationId }) => reservationId);
  return session.query((orm) => {
    const found = orm
      .select()
      .from(reservations)
      .where(and(eq(reservations.eventId, wanted.eventId), eq(reservations.id, wanted.id)))
      .limit(1)
      .as('reservations');
    return orm.select(reservationFields(statementNow)).from(wantedRows(keys, ids)).crossJoinLateral(found);
  });
}

/**
 * Keys of rows as a table `wanted`, to be followed by a lateral sub-query. A plain join would scan the table if its plan was cached while
 * the table was almost empty, as it is when sales open.
 */
export const wantedRows = (keys: readonly { readonly eventId: string }[], ids: readonly string[]): SQL => sql`
  unnest(${sql.param(keys.map(({ eventId }) => eventId))}::uuid[], ${sql.param(ids)}::uuid[]) as wanted(event_id, id)`;

export const wanted = { eventId: sql`wanted.event_id`, id: sql`wanted.id` };

/** Of one viewer, the oldest. With the default limits this is enough for more than 300 events. */
const MAX_ACTIVE = 1_000;

/** The viewers' running reservations, the oldest first. */
export function findActiveReservations(
  session: Session,
  viewerIds: readonly string[],
): Promise<(ReservationKey & { readonly viewerId: string })[]> {
  return session.rows<ReservationKey & { readonly viewerId: string }>(sql`
    select viewer_id as "viewerId", event_id as "eventId", id as "reservationId"
    from unnest(${sql.param(viewerIds)}::text[]) as wanted(viewer)
    cross join lateral (
      select ${reservations.viewerId}, ${reservations.eventId}, ${reservations.id} from ${reservations}
      where ${reservations.viewerId} = wanted.viewer and ${reservations.status} = 'ACTIVE'
        and ${reservations.expiresAt} > statement_timestamp()
      order by ${reservations.createdAt}, ${reservations.id}
      limit ${MAX_ACTIVE}::int
    ) as active`);
}

/** A place in the list of a viewer's reservations or bookings. */
export interface ListPosition {
  readonly atMs: number;
  readonly id: string;
}

export const newestFirst = (at: SQLWrapper, id: SQLWrapper): ListOrder<ListPosition> => ({
  columns: [at, id],
  descending: true,
  valuesAt: (place) => [sql`to_timestamp(${place.atMs}::float8 / 1000)`, sql`${place.id}::uuid`],
});

const reservationOrder = newestFirst(reservations.createdAt, reservations.id);

/** A viewer's reservations with one of the statuses, or with any, newest first. */
export function listReservations(
  session: Session,
  viewerId: string,
  part: ListPart<ListPosition> & { readonly statuses: readonly ReservationStatus[] | null },
): Promise<ReservationRecord[]> {
  const ofStatus =
    part.statuses === null
      ? undefined
      : sql`${reservationStatusAt(statementNow)} = any(${sql.param(part.statuses)}::text[])`;
  return session.query((orm) =>
    orm
      .select(reservationFields(statementNow))
      .from(reservations)
      .where(and(eq(reservations.viewerId, viewerId), ofStatus, isInPart(part, reservationOrder)))
      .orderBy(...orderOf(part, reservationOrder))
      .limit(part.limit),
  );
}
