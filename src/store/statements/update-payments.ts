import { sql } from 'drizzle-orm';
import type { PaymentRecord, PaymentState } from '../../domain/payment.ts';
import type { Session } from '../engine/database.ts';
import { jsonOf, paymentFields } from '../records.ts';
import { milliseconds, statementNow } from '../rules.ts';
import { paymentEvents, payments } from '../tables.ts';
import { insertSelected, rewrite } from './columns.ts';

/** A change of one payment. It is made only while the payment is in one of the states `from`, and has had no more refunded. */
export interface PaymentChange {
  readonly id: string;
  readonly from: readonly PaymentState[];
  /** Null where the state stays. */
  readonly to: PaymentState | null;
  /** The provider's own id, where it is known. */
  readonly reference: string | null;
  readonly refunded: number;
  readonly disputed: boolean;
  readonly attempts: number;
  /** Until the settler looks at it again; null when nothing is left to do. */
  readonly dueInMs: number | null;
  /** What the provider answered, for the payment's list of events. */
  readonly answer: string | null;
}

/** Makes the changes that can still be made. Returns the ids of their payments. */
export async function updatePayments(
  session: Session,
  eventId: string,
  changes: readonly PaymentChange[],
): Promise<string[]> {
  const ofEvent = sql`${eventId}::uuid`;
  const column = (type: string, read: (change: PaymentChange) => unknown) =>
    sql`${sql.param(changes.map(read))}::${sql.raw(type)}[]`;
  const rows = await session.rows<{ id: string }>(sql`
    with
      change as materialized (
        select input.*
        from unnest(
          ${column('uuid', ({ id }) => id)},
          ${column('text', ({ from }) => `{${from.join(',')}}`)},
          ${column('text', ({ to }) => to)},
          ${column('text', ({ reference }) => reference)},
          ${column('bigint', ({ refunded }) => refunded)},
          ${column('text', ({ disputed }) => String(disputed))},
          ${column('int', ({ attempts }) => attempts)},
          ${column('int', ({ dueInMs }) => dueInMs)},
          ${column('text', ({ answer }) => answer)}
        ) as input(id, states, new_state, new_reference, new_refunded, new_disputed, new_attempts, due_in_ms, answer)
        order by input.id
      ),
      changing as materialized (
        select payments.*, change.new_state, change.new_reference, change.new_refunded, change.new_disputed,
          change.new_attempts, change.due_in_ms, change.answer
        from change
        cross join lateral (
          select * from ${payments}
          where ${payments.eventId} = ${ofEvent} and ${payments.id} = change.id
            and ${payments.state} = any(change.states::payment_state[]) and ${payments.refunded} <= change.new_refunded
          for update
        ) as payments
      ),
      changed as (
        ${rewrite(payments, sql`changing`, {
          eventId: ofEvent,
          state: sql`coalesce(changing.new_state::payment_state, changing.state)`,
          reference: sql`coalesce(changing.new_reference, changing.provider_reference)`,
          refunded: sql`changing.new_refunded`,
          disputed: sql`changing.new_disputed::boolean`,
          attempts: sql`changing.new_attempts`,
          dueAt: sql`${statementNow} + ${milliseconds(sql`changing.due_in_ms`)}`,
          updatedAt: statementNow,
        })}
      ),
      answered as (
        ${insertSelected(paymentEvents, {
          eventId: ofEvent,
          paymentId: sql`changing.id`,
          providerEventId: sql`'answer ' || changing.answer`,
          type: sql`changing.answer`,
          at: statementNow,
        })}
        from changing where changing.answer is not null
        on conflict do nothing
      )
    select id from changing`);
  return rows.map(({ id }) => id);
}

/**
 * Takes those of the payments that are due, for `leaseMs`: until then no other node takes them, however many try. Rows that another node
 * has locked are skipped.
 */
export async function claimPayments(
  session: Session,
  eventId: string,
  paymentIds: readonly string[],
  leaseMs: number,
): Promise<PaymentRecord[]> {
  const ofEvent = sql`${eventId}::uuid`;
  const rows = await session.rows<{ payment: PaymentRecord }>(sql`
    with
      claimed as materialized (
        select payments.*
        from (select distinct id from unnest(${sql.param(paymentIds)}::uuid[]) as id order by id) as named
        cross join lateral (
          select * from ${payments}
          where ${payments.eventId} = ${ofEvent} and ${payments.id} = named.id and ${payments.dueAt} <= ${statementNow}
          for update skip locked
        ) as payments
      ),
      leased as (
        ${rewrite(payments, sql`claimed`, { eventId: ofEvent, dueAt: sql`${statementNow} + ${milliseconds(leaseMs)}` })}
      )
    select ${jsonOf(paymentFields)} as payment from claimed as payments`);
  return rows.map(({ payment }) => payment);
}
