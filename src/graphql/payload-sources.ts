import type { LayoutRow } from '../domain/layout.ts';
import type { BookingRecord, EventRecord, ReservationRecord } from '../domain/records.ts';
import type { Availability } from '../domain/seat.ts';
import type { EventLayout } from '../events/layouts.ts';
import type { Connection } from './pages.ts';

/**
 * What resolvers hand each other: no more of an object than its fields need to find the rest. Those that stand in an interface
 * or a union name their type.
 */
export interface EventSource {
  readonly __typename: 'Event';
  readonly event: EventRecord;
  /** If it was read together with the event. */
  readonly revision?: number;
  /** Where it was counted together with the event. */
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

/** A page of seats. They are counted only if that is selected. */
export interface SeatConnectionSource extends Connection<SeatSource> {
  readonly countAll: () => Promise<number>;
}

export interface RowSource extends LayoutRow {
  readonly eventId: string;
  readonly layout: EventLayout;
}

/** Its layout is read only for what needs it. */
export interface SeatMapSource {
  readonly event: EventRecord;
}

export interface ReservationSource {
  readonly __typename: 'Reservation';
  readonly reservation: ReservationRecord;
  /** If it was read together with the reservation. */
  readonly event?: EventRecord;
}

export interface BookingSource {
  readonly __typename: 'Booking';
  readonly booking: BookingRecord;
}
