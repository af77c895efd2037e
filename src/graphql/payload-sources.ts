import type { LayoutRow } from '../domain/layout.ts';
import type { PaymentRecord } from '../domain/payment.ts';
import type { BookingRecord, EventRecord, ReservationRecord } from '../domain/records.ts';
import type { Availability } from '../domain/seat.ts';
import type { EventLayout } from '../events/layouts.ts';
import type { Connection } from './pages.ts';

/**
 * Source values of resolvers, with what an object's fields need to find the rest. Members of an interface or a union have a
 * `__typename`.
 */
export interface EventSource {
  readonly __typename: 'Event';
  readonly event: EventRecord;
  /** If it was read together with the event. */
  readonly revision?: number;
  /** If it was counted together with the event. */
  readonly availability?: Availability | null;
}

/** A seat by its index, with the layout, because thousands may be selected at once. */
export interface SeatSource {
  readonly __typename: 'Seat';
  readonly eventId: string;
  readonly layout: EventLayout;
  readonly index: number;
}

export function seatSources(eventId: string, layout: EventLayout, indexes: readonly number[]): SeatSource[] {
  return indexes.map((index) => ({ __typename: 'Seat', eventId, layout, index }));
}

/** A page of seats. `countAll` is called only if the total is selected. */
export interface SeatConnectionSource extends Connection<SeatSource> {
  readonly countAll: () => Promise<number>;
}

export interface RowSource extends LayoutRow {
  readonly eventId: string;
  readonly layout: EventLayout;
}

/** The layout is read only for fields that need it. */
export interface SeatMapSource {
  readonly event: EventRecord;
}

export interface ReservationSource {
  readonly __typename: 'Reservation';
  readonly reservation: ReservationRecord;
  /** If it was read together with the reservation. */
  readonly event?: EventRecord;
}

export interface PaymentSource {
  readonly __typename: 'Payment';
  readonly payment: PaymentRecord;
}

export interface BookingSource {
  readonly __typename: 'Booking';
  readonly booking: BookingRecord;
}
