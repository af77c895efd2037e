import type { BookingRecord, EventRecord, ReservationRecord } from '../store/records.ts';

/**
 * What resolvers hand each other: no more of an object than its fields need to find the rest. Those that stand in an interface
 * or a union name their type.
 */
export interface EventSource {
  readonly __typename: 'Event';
  readonly event: EventRecord;
}

/** A seat by its place in the event's plan order; everything else of it comes from the layout and the live statuses. */
export interface SeatSource {
  readonly __typename: 'Seat';
  readonly eventId: string;
  readonly index: number;
}

export interface SeatMapSource {
  readonly eventId: string;
}

export interface ReservationSource {
  readonly __typename: 'Reservation';
  readonly reservation: ReservationRecord;
}

export interface BookingSource {
  readonly __typename: 'Booking';
  readonly booking: BookingRecord;
}
