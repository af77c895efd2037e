import { sql } from 'drizzle-orm';
import type { SeatStatus } from '../../../src/domain/seat.ts';
import type { Session } from '../../../src/store/engine/database.ts';
import type { ReservationStatus } from './call.ts';

/** What the store has of one house in the end. Moments by its own clock, in milliseconds since 1970. */
export interface StoreRecord {
  readonly reservations: readonly StoredReservation[];
  readonly bookings: readonly StoredBooking[];
  /** By index. */
  readonly statuses: readonly SeatStatus[];
}

export interface StoredReservation {
  readonly id: string;
  readonly viewer: string;
  readonly key: string | null;
  readonly status: ReservationStatus;
  /** At the end of its life. */
  readonly seats: readonly number[];
  readonly requested: readonly number[];
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly extensions: number;
}

export interface StoredBooking {
  readonly id: string;
  readonly reservation: string;
  readonly viewer: string;
  readonly reference: string;
  readonly seats: readonly number[];
  readonly bookedAtMs: number;
  /** Whether the change log says that it came after its reservation had lapsed. */
  readonly isLate: boolean;
}

export async function readStoreRecord(store: Session, eventId: string): Promise<StoreRecord> {
  const reservations = await store.rows<StoredReservation>(sql`
    select id, viewer_id as viewer, idempotency_key as key, status, seat_indexes as seats,
      requested_seat_indexes as requested, extensions_used as extensions,
      extract(epoch from created_at)::float8 * 1000 as "createdAtMs",
      extract(epoch from expires_at)::float8 * 1000 as "expiresAtMs"
    from reservations where event_id = ${eventId}::uuid order by created_at, id`);
  const bookings = await store.rows<StoredBooking>(sql`
    select id, reservation_id as reservation, viewer_id as viewer, reference,
      array(
        select seat_index from booked_seats
        where event_id = bookings.event_id and booking_id = bookings.id and released_at is null order by seat_index
      ) as seats,
      extract(epoch from booked_at)::float8 * 1000 as "bookedAtMs",
      exists (
        select from event_changes cross join jsonb_array_elements(change -> 'facts') as fact
        where event_id = bookings.event_id and fact ->> 'bookingId' = bookings.id::text and (fact ->> 'isLate')::boolean
      ) as "isLate"
    from bookings where event_id = ${eventId}::uuid and status = 'CONFIRMED' order by booked_at, id`);
  const seats = await store.rows<{ status: SeatStatus }>(sql`
    select status from seats where event_id = ${eventId}::uuid order by index`);
  return { reservations, bookings, statuses: seats.map(({ status }) => status) };
}
