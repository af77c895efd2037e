import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { ReservationRecord } from '../../src/domain/records.ts';
import type { SeatStatus } from '../../src/domain/seat.ts';
import type { Database } from '../../src/store/engine/database.ts';
import { findReservations } from '../../src/store/queries/reservations.ts';
import { confirmReservations } from '../../src/store/statements/confirm-reservations.ts';
import type { FenceRequest } from '../../src/store/statements/fence-payments.ts';
import {
  type ReserveSeatsOutcome,
  type ReserveSeatsRequest,
  reserveSeats,
} from '../../src/store/statements/reserve-seats.ts';
import type { BookRequest } from '../../src/store/statements/write-bookings.ts';

export const MAX_ACTIVE_RESERVATIONS = 3;

/** By a new viewer by default. */
export function requestFor(
  seatIndexes: readonly number[],
  over: Partial<ReserveSeatsRequest> = {},
): ReserveSeatsRequest {
  return { reservationId: randomUUID(), viewerId: randomUUID(), seatIndexes, idempotencyKey: null, ...over };
}

export function reserveTogether(
  database: Database,
  eventId: string,
  requests: readonly ReserveSeatsRequest[],
): Promise<ReserveSeatsOutcome[]> {
  return reserveSeats(database, eventId, requests, { maxActiveReservations: MAX_ACTIVE_RESERVATIONS });
}

/** A batch of one request. */
export async function reserve(
  database: Database,
  eventId: string,
  seatIndexes: readonly number[],
  over: Partial<ReserveSeatsRequest> = {},
): Promise<ReserveSeatsOutcome> {
  return only(await reserveTogether(database, eventId, [requestFor(seatIndexes, over)]));
}

/** Rejects if the seats are refused. */
export async function hold(
  database: Database,
  eventId: string,
  seatIndexes: readonly number[],
  over: Partial<ReserveSeatsRequest> = {},
): Promise<ReservationRecord> {
  const outcome = await reserve(database, eventId, seatIndexes, over);
  if (outcome.outcome !== 'reserved') throw new Error(`not reserved: ${JSON.stringify(outcome)}`);
  return outcome.reservation;
}

/** The payment has the reservation's id, if there is none yet. */
export function fenceRequestOf({ id, viewerId }: Pick<ReservationRecord, 'id' | 'viewerId'>): FenceRequest {
  return { reservationId: id, viewerId, paymentId: id, provider: 'test', currency: 'EUR', buyer: null };
}

/** With the payment of `fenceRequestOf` and `beginPayments`. */
export function confirmationOf({
  id,
  viewerId,
  totalAmount,
}: Pick<ReservationRecord, 'id' | 'viewerId' | 'totalAmount'>): BookRequest {
  const bookingId = randomUUID();
  const payment = totalAmount === 0 ? null : ({ id, reference: `paid ${bookingId}`, state: 'AUTHORIZED' } as const);
  return { reservationId: id, viewerId, bookingId, reference: bookingId, payment, buyer: null };
}

/** As fencing does, but whatever has become of the reservations, and leaving their deadlines. */
export async function beginPayments(
  database: Database,
  ...reservations: readonly Pick<ReservationRecord, 'eventId' | 'id' | 'totalAmount'>[]
): Promise<void> {
  for (const { eventId, id, totalAmount } of reservations) {
    await database.rows(sql`
      insert into payments (event_id, id, reservation_id, viewer_id, provider, amount, currency, due_at, created_at, updated_at)
      select event_id, id, id, viewer_id, 'test', ${totalAmount}::bigint, 'EUR', now() + interval '1 hour', now(), now()
      from reservations
      where event_id = ${eventId}::uuid and id = ${id}::uuid and ${totalAmount}::bigint > 0
      on conflict do nothing`);
    await database.rows(sql`
      update payments set amount = ${totalAmount}::bigint
      where event_id = ${eventId}::uuid and id = ${id}::uuid and amount <> ${totalAmount}::bigint`);
  }
}

/** Rejects if the reservation cannot be confirmed. Resolves to the booking's id. */
export async function book(database: Database, reservation: ReservationRecord): Promise<string> {
  const request = confirmationOf(reservation);
  await beginPayments(database, reservation);
  const outcome = only(await confirmReservations(database, reservation.eventId, [request]));
  if (outcome.outcome !== 'confirmed') throw new Error(`not confirmed: ${JSON.stringify(outcome)}`);
  return request.bookingId;
}

/** Moves the reservations into the past, so that their deadlines are at this offset from now. */
export async function moveDeadlines(
  database: Database,
  eventId: string,
  deadlines: readonly { readonly id: string; readonly inMs: number }[],
): Promise<void> {
  const ids = sql.param(deadlines.map(({ id }) => id));
  // In the store's lock order, so that concurrent writes cannot deadlock.
  await database.transaction(async ({ rows }) => {
    await rows(sql`
      select from reservations where event_id = ${eventId}::uuid and id = any(${ids}::uuid[]) order by id for update`);
    await rows(sql`
      select from seats where event_id = ${eventId}::uuid and reservation_id = any(${ids}::uuid[]) order by index for update`);
    await rows(sql`
      with moved as (
        update reservations
        set created_at = clock_timestamp() - interval '1 hour',
          expires_at = clock_timestamp() + in_ms * interval '1 millisecond'
        from unnest(${ids}::uuid[], ${sql.param(deadlines.map(({ inMs }) => inMs))}::int[]) as deadline(id, in_ms)
        where event_id = ${eventId}::uuid and reservations.id = deadline.id and status = 'ACTIVE'
        returning reservations.id, expires_at
      )
      update seats set expires_at = moved.expires_at
      from moved where event_id = ${eventId}::uuid and reservation_id = moved.id`);
  });
}

/** Moves deadlines to a second ago. */
export async function lapse(database: Database, ...reservations: readonly ReservationRecord[]): Promise<void> {
  for (const { eventId, id } of reservations) await moveDeadlines(database, eventId, [{ id, inMs: -1_000 }]);
}

/** The current reservation. */
export async function reread(database: Database, { eventId, id }: ReservationRecord): Promise<ReservationRecord> {
  return only(await findReservations(database, [{ eventId, reservationId: id }]));
}

/** A seat's row. */
export interface StoredSeat {
  readonly index: number;
  readonly status: SeatStatus;
  readonly reservationId: string | null;
  readonly expiresAtMs: number | null;
}

/** Stored rows of the seats, ascending by index. */
export async function storedSeats(
  database: Database,
  eventId: string,
  indexes: readonly number[],
): Promise<StoredSeat[]> {
  return database.rows<StoredSeat>(sql`
    select index, status, reservation_id as "reservationId",
      floor(extract(epoch from expires_at) * 1000)::float8 as "expiresAtMs"
    from seats
    where event_id = ${eventId}::uuid and index = any(${sql.param(indexes)}::int[])
    order by index`);
}

/** Stored statuses of the seats, ascending by index: 'AVAILABLE AVAILABLE BOOKED'. */
export async function storedStatuses(database: Database, eventId: string, indexes: readonly number[]): Promise<string> {
  return (await storedSeats(database, eventId, indexes)).map(({ status }) => status).join(' ');
}

export function only<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined || items.length !== 1) throw new Error(`${items.length} where there should be one`);
  return item;
}
