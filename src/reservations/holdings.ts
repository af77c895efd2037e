import type { ListPart } from '../domain/list-part.ts';
import type { PaymentKey, PaymentRecord } from '../domain/payment.ts';
import type {
  BookingKey,
  BookingRecord,
  BookingStatus,
  ReservationKey,
  ReservationRecord,
  ReservationStatus,
} from '../domain/records.ts';
import { type Asker, isOrganizer, type Viewer } from '../domain/viewer.ts';
import type { Reads } from '../store/engine/database.ts';
import { findBookings, findBookingsOfReservations, listBookings } from '../store/queries/bookings.ts';
import { findPayments, findPaymentsOfReservations } from '../store/queries/payments.ts';
import { findReservations, type ListPosition, listReservations } from '../store/queries/reservations.ts';

/** A part of a list, with one of the statuses or with any. */
type PartOf<Status> = ListPart<ListPosition> & { readonly statuses: readonly Status[] | null };

/** Viewers' reservations, bookings and payments. Only the viewer and organizers may see them. */
export class Holdings {
  readonly #reads: Reads;

  constructor(reads: Reads) {
    this.#reads = reads;
  }

  /** Null if there is none, or if the asker may not see it. */
  async reservation(asker: Asker, key: ReservationKey): Promise<ReservationRecord | null> {
    if (asker.viewer === null) return null;
    const [reservation] = await findReservations(this.#reads.during(asker.isOver), [key]);
    return reservation !== undefined && isFor(asker, reservation) ? reservation : null;
  }

  /** As `reservation`. */
  async booking(asker: Asker, key: BookingKey): Promise<BookingRecord | null> {
    if (asker.viewer === null) return null;
    const [booking] = await findBookings(this.#reads.during(asker.isOver), [key]);
    return booking !== undefined && isFor(asker, booking) ? booking : null;
  }

  /** The bookings of reservations that the asker may see, in their order; null for those without one. */
  async bookingsOf(asker: Asker, keys: readonly ReservationKey[]): Promise<(BookingRecord | null)[]> {
    const bookings = await findBookingsOfReservations(this.#reads.during(asker.isOver), keys);
    const byReservation = new Map(bookings.map((booking) => [booking.reservationId, booking]));
    return keys.map(({ reservationId }) => byReservation.get(reservationId) ?? null);
  }

  /** As `reservation`. */
  async payment(asker: Asker, key: PaymentKey): Promise<PaymentRecord | null> {
    if (asker.viewer === null) return null;
    const [payment] = await findPayments(this.#reads.during(asker.isOver), [key]);
    return payment !== undefined && isFor(asker, payment) ? payment : null;
  }

  /** The payments of bookings that the asker may see, in their order. */
  async payments(asker: Asker, keys: readonly PaymentKey[]): Promise<(PaymentRecord | null)[]> {
    const payments = await findPayments(this.#reads.during(asker.isOver), keys);
    const byId = new Map(payments.map((payment) => [payment.id, payment]));
    return keys.map(({ paymentId }) => byId.get(paymentId) ?? null);
  }

  /** The last payments of reservations that the asker may see, in their order; null for those without one. */
  async paymentsOf(asker: Asker, keys: readonly ReservationKey[]): Promise<(PaymentRecord | null)[]> {
    const payments = await findPaymentsOfReservations(this.#reads.during(asker.isOver), keys);
    const byReservation = new Map(payments.map((payment) => [payment.reservationId, payment]));
    return keys.map(({ reservationId }) => byReservation.get(reservationId) ?? null);
  }

  /** A viewer's reservations, newest first. The viewer is the asker, or the guest that the asker has just become. */
  reservations(asker: Asker, viewer: Viewer, part: PartOf<ReservationStatus>): Promise<ReservationRecord[]> {
    return listReservations(this.#reads.during(asker.isOver), viewer.id, part);
  }

  /** As `reservations`. */
  bookings(asker: Asker, viewer: Viewer, part: PartOf<BookingStatus>): Promise<BookingRecord[]> {
    return listBookings(this.#reads.during(asker.isOver), viewer.id, part);
  }
}

/** Whether the asker may see what belongs to a viewer. */
export function isFor(asker: Asker, { viewerId }: { readonly viewerId: string }): boolean {
  return asker.viewer?.id === viewerId || isOrganizer(asker);
}
