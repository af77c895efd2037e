import { sql } from 'drizzle-orm';
import type { Buyer, PaymentRecord } from '../../domain/payment.ts';
import type { NotRunning, ReservationRecord } from '../../domain/records.ts';
import { logChange } from '../change-log.ts';
import type { ChangeWriter } from '../engine/database.ts';
import { prepared } from '../engine/prepared.ts';
import { paymentJson } from '../records.ts';
import { isLivePayment, isOpenPayment } from '../rules.ts';
import { payments, reservations } from '../tables.ts';
import { insertSelected, rewrite } from './columns.ts';
import {
  changeRows,
  extensions,
  type HolderRequest,
  type HolderRow,
  type HolderValues,
  holderRows,
  holderValues,
  inputOf,
  momentNow,
  moveSeats,
  notRunning,
  ofEvent,
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
  const statement = fence({
    ...holderValues(eventId, requests),
    paymentIds: requests.map(({ paymentId }) => paymentId),
    providers: requests.map(({ provider }) => provider),
    currencies: requests.map(({ currency }) => currency),
    buyerNames: requests.map(({ buyer }) => buyer?.name ?? null),
    buyerEmails: requests.map(({ buyer }) => buyer?.email ?? null),
    seconds: paymentSeconds + marginSeconds,
  });
  const rows = await changeRows<FenceRow>(database, eventId, requests, statement);
  return rows.map((row) => {
    if (!row.running || row.found === null) return notRunning(row);
    return { outcome: 'fenced', reservation: row.changed ?? row.found, payment: row.payment };
  });
}

interface FenceValues extends HolderValues {
  readonly paymentIds: readonly string[];
  readonly providers: readonly string[];
  readonly currencies: readonly string[];
  readonly buyerNames: readonly (string | null)[];
  readonly buyerEmails: readonly (string | null)[];
  readonly seconds: number;
}

const later = sql`${momentNow} + ${sql.placeholder('seconds')}::int * interval '1 second'`;
const buyerName = inputOf('buyerNames', 'text');
const buyerEmail = inputOf('buyerEmails', 'text');

const fence = prepared<FenceValues>(sql`
  with
    ${runningReservations},
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
    ${moveSeats(sql`moved`)},
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
        id: inputOf('paymentIds', 'uuid'),
        reservationId: sql`running.id`,
        viewerId: sql`running.viewer_id`,
        provider: inputOf('providers', 'text'),
        amount: sql`running.total_amount`,
        currency: inputOf('currencies', 'text'),
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
  )}`);
