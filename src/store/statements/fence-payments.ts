import { sql } from 'drizzle-orm';
import type { Buyer, PaymentRecord } from '../../domain/payment.ts';
import type { NotRunning, ReservationRecord } from '../../domain/records.ts';
import { logChange } from '../change-log.ts';
import type { ChangeWriter } from '../engine/database.ts';
import { paymentJson } from '../records.ts';
import { isLivePayment, isOpenPayment } from '../rules.ts';
import { payments, reservations } from '../tables.ts';
import { insertSelected, rewrite } from './columns.ts';
import {
  changeRows,
  extensions,
  type HolderRequest,
  type HolderRow,
  holderRows,
  momentNow,
  moveSeats,
  notRunning,
  runningReservations,
} from './running-reservations.ts';

export interface FenceRequest extends HolderRequest {
  /** Id of the payment, if there is none yet. */
  readonly paymentId: string;
  readonly provider: string;
  /** ISO 4217, the event's. */
  readonly currency: string;
  readonly buyer: Buyer | null;
}

export type FenceOutcome =
  | NotRunning
  | {
      readonly outcome: 'fenced';
      readonly reservation: ReservationRecord;
      /** The one that may become the booking's; null if there is nothing to pay. */
      readonly payment: PaymentRecord | null;
    };

export interface FenceTerms {
  /** How long a payment may take. */
  readonly paymentSeconds: number;
  /** How long writing the booking may take after that. */
  readonly marginSeconds: number;
}

interface FenceRow extends HolderRow {
  readonly payment: PaymentRecord | null;
}

/**
 * Moves deadlines before a payment so that the reservations run for at least as long as paying and booking may take, and records the
 * payment. The deadline is moved once for a reservation, so that nobody keeps seats by failing payments; a later payment has the time that
 * is left. A reservation has at most one payment that may become its booking's: two tabs share it. The settler looks at it once its time
 * is over. Outcomes are in the order of the requests.
 */
export async function fencePayments(
  database: ChangeWriter,
  eventId: string,
  requests: readonly FenceRequest[],
  { paymentSeconds, marginSeconds }: FenceTerms,
): Promise<FenceOutcome[]> {
  const ofEvent = sql`${eventId}::uuid`;
  const later = sql`${momentNow} + ${paymentSeconds + marginSeconds}::int * interval '1 second'`;
  const input = (values: readonly (string | null)[], type: string) =>
    sql`(${sql.param(values)}::${sql.raw(type)}[])[running.ordinal + 1]`;
  const buyerName = input(
    requests.map(({ buyer }) => buyer?.name ?? null),
    'text',
  );
  const buyerEmail = input(
    requests.map(({ buyer }) => buyer?.email ?? null),
    'text',
  );
  const statement = sql`
    with
      ${runningReservations(eventId, requests)},
      fencing as materialized (select * from running where not running.payment_fenced),
      fenced as (
        ${rewrite(reservations, sql`fencing`, {
          eventId: ofEvent,
          expiresAt: sql`greatest(fencing.expires_at, ${later})`,
          paymentFenced: sql`true`,
        })}
        returning ${reservations}.*
      ),
      moved as (
        select fenced.* from fenced join running on running.id = fenced.id and running.expires_at < fenced.expires_at
      ),
      ${moveSeats(ofEvent, sql`moved`)},
      live as materialized (
        select payments.*, ${buyerName} as new_name, ${buyerEmail} as new_email
        from running
        cross join lateral (
          select * from ${payments}
          where ${payments.eventId} = ${ofEvent} and ${payments.reservationId} = running.id and ${isLivePayment}
          for update
        ) as payments
      ),
      -- The settler leaves it alone while it is tried again.
      resumed as materialized (select * from live as payments where ${isOpenPayment}),
      postponed as (
        ${rewrite(payments, sql`resumed`, {
          eventId: ofEvent,
          dueAt: sql`greatest(resumed.due_at, ${later})`,
          buyerName: sql`coalesce(resumed.new_name, resumed.buyer_name)`,
          buyerEmail: sql`coalesce(resumed.new_email, resumed.buyer_email)`,
          updatedAt: momentNow,
        })}
      ),
      inserted_payment as (
        ${insertSelected(payments, {
          eventId: ofEvent,
          id: input(
            requests.map(({ paymentId }) => paymentId),
            'uuid',
          ),
          reservationId: sql`running.id`,
          viewerId: sql`running.viewer_id`,
          provider: input(
            requests.map(({ provider }) => provider),
            'text',
          ),
          amount: sql`running.total_amount`,
          currency: input(
            requests.map(({ currency }) => currency),
            'text',
          ),
          dueAt: later,
          buyerName,
          buyerEmail,
          createdAt: momentNow,
          updatedAt: momentNow,
        })}
        from running
        where running.total_amount > 0 and not exists (select from live where live.reservation_id = running.id)
        returning ${payments}.*
      ),
      ${logChange(ofEvent, momentNow, extensions(sql`moved`))}
    ${holderRows(
      sql`fenced`,
      sql`
    coalesce(
      ${paymentJson(sql`inserted_payment as payments where ${payments.reservationId} = request.reservation_id`)},
      ${paymentJson(sql`resumed as payments where ${payments.reservationId} = request.reservation_id`)}
    ) as payment,`,
    )}`;
  const rows = await changeRows<FenceRow>(database, eventId, requests, statement);
  return rows.map((row) => {
    if (!row.running || row.found === null) return notRunning(row);
    return { outcome: 'fenced', reservation: row.changed ?? row.found, payment: row.payment };
  });
}
