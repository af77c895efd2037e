import { type SQL, sql } from 'drizzle-orm';
import type { Buyer } from '../../domain/payment.ts';
import type { BookingRecord, ReservationRecord } from '../../domain/records.ts';
import { fact, logChange } from '../change-log.ts';
import { prepared } from '../engine/prepared.ts';
import { buyerJson } from '../records.ts';
import { isOpenPayment } from '../rules.ts';
import { bookedSeats, bookings, paymentEvents, payments, priceCategories, reservations, seats } from '../tables.ts';
import { insertSelected, rewrite } from './columns.ts';
import { findEarlierUses } from './earlier-uses.ts';
import {
  type HolderRow,
  type HolderValues,
  holderValues,
  inputOf,
  momentNow,
  ofEvent,
  type ReservationRequest,
} from './running-reservations.ts';

export interface BookRequest extends ReservationRequest {
  /** Id of the new booking. */
  readonly bookingId: string;
  readonly reference: string;
  /** Null when there is nothing to pay. */
  readonly payment: SecuredPayment | null;
  readonly buyer: Buyer | null;
}

/** A payment whose money the provider has secured or taken. */
export interface SecuredPayment {
  readonly id: string;
  /** The provider's own id. */
  readonly reference: string;
  readonly state: 'AUTHORIZED' | 'CAPTURED';
}

/** Before that, the node that has booked takes the money by itself. */
const CAPTURE_GRACE = sql`interval '5 seconds'`;

export interface BookingRow extends HolderRow {
  /** Whether its payment may still become a booking's. */
  readonly isOpen: boolean;
  /** Of the new booking. */
  readonly buyer: Buyer | null;
}

export interface BookingValues extends HolderValues {
  readonly bookingIds: readonly string[];
  readonly references: readonly string[];
  readonly paymentIds: readonly (string | null)[];
  readonly paymentReferences: readonly (string | null)[];
  readonly paymentStates: readonly (string | null)[];
  readonly buyerNames: readonly (string | null)[];
  readonly buyerEmails: readonly (string | null)[];
}

export function bookingValues(eventId: string, requests: readonly BookRequest[]): BookingValues {
  return {
    ...holderValues(eventId, requests),
    bookingIds: requests.map(({ bookingId }) => bookingId),
    references: requests.map(({ reference }) => reference),
    paymentIds: requests.map(({ payment }) => payment?.id ?? null),
    paymentReferences: requests.map(({ payment }) => payment?.reference ?? null),
    paymentStates: requests.map(({ payment }) => payment?.state ?? null),
    buyerNames: requests.map(({ buyer }) => buyer?.name ?? null),
    buyerEmails: requests.map(({ buyer }) => buyer?.email ?? null),
  };
}

/**
 * Common table expressions that lock the payments of the reservations in `running`, and choose what is booked:
 * - `paid`: payments that may still become a booking's;
 * - `booking`: the reservations whose total is what was paid, with the columns of their bookings.
 */
export const chooseBookings: SQL = sql`
      paid as materialized (
        select payments.*, running.ordinal, ${inputOf('paymentReferences', 'text')} as secured_reference,
          ${inputOf('paymentStates', 'text')}::payment_state as secured_state
        from running
        cross join lateral (
          select * from ${payments}
          where ${payments.eventId} = ${ofEvent} and ${payments.id} = ${inputOf('paymentIds', 'uuid')}
            and ${payments.reservationId} = running.id and ${isOpenPayment}
          for update
        ) as payments
      ),
      booking as materialized (
        select running.*, ${inputOf('bookingIds', 'uuid')} as booking_id, ${inputOf('references', 'text')} as reference,
          paid.id as payment_id,
          coalesce(${inputOf('buyerNames', 'text')}, paid.buyer_name) as buyer_name,
          coalesce(${inputOf('buyerEmails', 'text')}, paid.buyer_email) as buyer_email
        from running
        left join paid on paid.ordinal = running.ordinal
        where running.total_amount = coalesce(paid.amount, 0)
      )`;

/**
 * Common table expressions that write the bookings in `booking`, with their seats, payments and the change log.
 * @param held all seats of these reservations, locked: rows of `seats`, with the reservation in the column `holder`
 */
export const writeBookings = (held: SQL, isLate: boolean): SQL => sql`
      inserted_booking as (
        ${insertSelected(bookings, {
          eventId: ofEvent,
          id: sql`booking.booking_id`,
          reservationId: sql`booking.id`,
          viewerId: sql`booking.viewer_id`,
          reference: sql`booking.reference`,
          totalAmount: sql`booking.total_amount`,
          bookedAt: momentNow,
          paymentId: sql`booking.payment_id`,
          buyerName: sql`booking.buyer_name`,
          buyerEmail: sql`booking.buyer_email`,
        })}
        from booking
      ),
      secured as materialized (
        select paid.* from paid join booking on booking.ordinal = paid.ordinal
      ),
      updated_payment as (
        ${rewrite(payments, sql`secured`, {
          eventId: ofEvent,
          state: sql`secured.secured_state`,
          reference: sql`secured.secured_reference`,
          attempts: sql`0`,
          dueAt: sql`case when secured.secured_state = 'AUTHORIZED' then ${momentNow} + ${CAPTURE_GRACE} end`,
          updatedAt: momentNow,
        })}
      ),
      inserted_payment_event as (
        ${insertSelected(paymentEvents, {
          eventId: ofEvent,
          paymentId: sql`secured.id`,
          providerEventId: sql`'answer ' || lower(secured.secured_state::text)`,
          type: sql`lower(secured.secured_state::text)`,
          at: momentNow,
        })}
        from secured
        on conflict do nothing
      ),
      confirmed as (
        ${rewrite(reservations, sql`booking`, { eventId: ofEvent, status: sql`'CONFIRMED'` })}
        returning ${reservations}.*
      ),
      booked as materialized (
        select held.*, booking.booking_id as new_booking_id, prices.amount
        from ${held} as held
        join booking on booking.id = held.holder
        left join lateral (
          select ${priceCategories.amount} from ${priceCategories}
          where ${priceCategories.eventId} = ${ofEvent} and ${priceCategories.position} = held.category
        ) as prices on true
      ),
      inserted_booked_seats as (
        ${insertSelected(bookedSeats, {
          eventId: ofEvent,
          bookingId: sql`booked.new_booking_id`,
          seatIndex: sql`booked.index`,
          amount: sql`booked.amount`,
        })}
        from booked
      ),
      updated_seats as (
        ${rewrite(seats, sql`booked`, {
          eventId: ofEvent,
          status: sql`'BOOKED'`,
          bookingId: sql`booked.new_booking_id`,
          reservationId: sql`null`,
          expiresAt: sql`null`,
        })}
      ),
      ${logChange(ofEvent, momentNow, facts(isLate))}`;

const factOf = {
  bookingId: sql`booking.booking_id`,
  reservationId: sql`booking.id`,
  actor: sql`booking.viewer_id`,
  seatIndexes: sql`booking.seat_indexes`,
};
const facts = (isLate: boolean) => sql`(
        select json_agg(${fact('booking-confirmed', isLate ? { ...factOf, isLate: sql`true` } : factOf)}) from booking)`;

/** Columns of a `BookingRow`. */
export const bookingColumns = sql`
    exists (select from paid where paid.ordinal = request.ordinal) as "isOpen",
    (select ${buyerJson({ buyerName: sql`booking.buyer_name`, buyerEmail: sql`booking.buyer_email` })}
      from booking where booking.ordinal = request.ordinal) as buyer,`;

/** Ahead of a statement that books: which of the references are used, by bookings of whichever event. */
export const findUsedReferences = prepared<{ readonly references: readonly string[] }>(
  findEarlierUses(sql`
    select input.position - 1 as ordinal, 'taken' as what
    from unnest(${sql.placeholder('references')}::text[]) with ordinality as input(reference, position)
    join ${bookings} on ${bookings.reference} = input.reference`),
);

/** The booking as it was inserted, at the moment at which the reservation was read. */
export function bookingOf(
  { bookingId, reference, payment }: BookRequest,
  { eventId, id, viewerId, totalAmount, seatIndexes, readAtMs }: ReservationRecord,
  buyer: Buyer | null,
): BookingRecord {
  return {
    ...{ eventId, id: bookingId, reservationId: id, viewerId, reference },
    ...{ status: 'CONFIRMED', totalAmount, seatIndexes, bookedAtMs: readAtMs },
    ...{ paymentId: payment?.id ?? null, buyer },
  };
}
