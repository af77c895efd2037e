import { sql } from 'drizzle-orm';
import type { BookingRecord, NotRunning } from '../../domain/records.ts';
import type { ChangeWriter } from '../engine/database.ts';
import { prepared } from '../engine/prepared.ts';
import { changeRows, holderRows, notRunning, runningReservations } from './running-reservations.ts';
import {
  type BookingRow,
  type BookingValues,
  type BookRequest,
  bookingColumns,
  bookingOf,
  bookingValues,
  chooseBookings,
  findUsedReferences,
  writeBookings,
} from './write-bookings.ts';

export type ConfirmOutcome =
  | NotRunning
  /** Seats were released after the payment was begun. */
  | { readonly outcome: 'total-changed' }
  /** The payment was given up meanwhile. */
  | { readonly outcome: 'payment-closed' }
  /** Another booking of any event has the reference. */
  | { readonly outcome: 'reference-taken' }
  | { readonly outcome: 'confirmed'; readonly booking: BookingRecord };

/** Turns reservations that still run into bookings. Outcomes are in the order of the requests. */
export async function confirmReservations(
  database: ChangeWriter,
  eventId: string,
  requests: readonly BookRequest[],
): Promise<ConfirmOutcome[]> {
  const values = bookingValues(eventId, requests);
  const rows = await changeRows<BookingRow>(database, eventId, requests, confirmation(values), [
    findUsedReferences(values),
  ]);
  return requests.map((request, ordinal) => outcomeOf(request, rows[ordinal]));
}

const confirmation = prepared<BookingValues>(sql`
    with
      ${runningReservations},
      ${chooseBookings},
      ${writeBookings(sql`(select held.*, held.reservation_id as holder from held)`, false)}
    ${holderRows(sql`confirmed`, bookingColumns)}`);

function outcomeOf(request: BookRequest, row: BookingRow | undefined): ConfirmOutcome {
  if (row === undefined) throw new Error('the statement returned no row for a request');
  if (row.changed !== null) return { outcome: 'confirmed', booking: bookingOf(request, row.changed, row.buyer) };
  if (row.found !== null && row.earlierIsSame !== null) return { outcome: 'reference-taken' };
  if (!row.running) return notRunning(row);
  return { outcome: request.payment === null || row.isOpen ? 'total-changed' : 'payment-closed' };
}
