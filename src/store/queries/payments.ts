import { and, desc, eq, sql } from 'drizzle-orm';
import type { PaymentBacklog, PaymentKey, PaymentRecord } from '../../domain/payment.ts';
import type { ReservationKey } from '../../domain/records.ts';
import type { Session } from '../engine/database.ts';
import { paymentFields } from '../records.ts';
import { payments } from '../tables.ts';
import { wanted, wantedRows } from './reservations.ts';

/** In no particular order, without those that do not exist. */
export function findPayments(session: Session, keys: readonly PaymentKey[]): Promise<PaymentRecord[]> {
  const ids = keys.map(({ paymentId }) => paymentId);
  return findWanted(session, keys, ids, payments.id);
}

/** The last payment of each reservation that has one, in no particular order. */
export function findPaymentsOfReservations(
  session: Session,
  keys: readonly ReservationKey[],
): Promise<PaymentRecord[]> {
  const ids = keys.map(({ reservationId }) => reservationId);
  return findWanted(session, keys, ids, payments.reservationId);
}

function findWanted(
  session: Session,
  keys: readonly { readonly eventId: string }[],
  ids: readonly string[],
  column: typeof payments.id | typeof payments.reservationId,
): Promise<PaymentRecord[]> {
  return session.query((orm) => {
    const found = orm
      .select()
      .from(payments)
      .where(and(eq(payments.eventId, wanted.eventId), eq(column, wanted.id)))
      .orderBy(desc(payments.createdAt))
      .limit(1)
      .as('payments');
    return orm.select(paymentFields).from(wantedRows(keys, ids)).crossJoinLateral(found);
  });
}

/** Payments that are due, of all events: those that were due first, or those that have failed least. */
export function duePayments(session: Session, order: 'oldest' | 'least-failed', limit: number): Promise<PaymentKey[]> {
  const attempts = order === 'oldest' ? sql`` : sql`${payments.attempts},`;
  return session.rows<PaymentKey>(sql`
    select ${payments.eventId} as "eventId", ${payments.id} as "paymentId"
    from ${payments}
    where ${payments.dueAt} <= statement_timestamp()
    order by ${attempts} ${payments.dueAt}
    limit ${limit}::int`);
}

export async function readPaymentBacklog(session: Session): Promise<PaymentBacklog> {
  const [backlog] = await session.rows<PaymentBacklog>(sql`
    select
      (count(*) filter (where ${payments.dueAt} <= statement_timestamp()))::int as due,
      greatest(0, coalesce(extract(epoch from statement_timestamp() - min(${payments.dueAt})) * 1000, 0))::float8 as "oldestMs",
      (count(*) filter (where ${payments.attempts} > 0))::int as failing
    from ${payments}
    where ${payments.dueAt} is not null`);
  return backlog ?? { due: 0, oldestMs: 0, failing: 0 };
}
