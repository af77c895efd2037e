import type { Seating } from '../events/seating.ts';
import { findBookings } from '../store/bookings.ts';
import type { EventRecord } from '../store/records.ts';
import { findReservations } from '../store/reservations.ts';
import { type GraphqlContext, isOrganizer } from './context.ts';
import { decodeBookingId, decodeEventId, decodeReservationId, decodeSeatId } from './ids.ts';
import {
  type BookingSource,
  type EventSource,
  type ReservationSource,
  type SeatSource,
  seatSources,
} from './sources.ts';

/** Finding objects by their ids: null for what there is not, and for what the viewer may not see, alike. */

export async function findEvent(context: GraphqlContext, id: string): Promise<EventSource | null> {
  const eventId = decodeEventId(id);
  const event = eventId === null ? null : await context.loaders.event.load(eventId);
  return event !== null && isVisible(context, event) ? { __typename: 'Event', event } : null;
}

export async function findSeat(context: GraphqlContext, id: string): Promise<SeatSource | null> {
  const key = decodeSeatId(id);
  const event = key === null ? null : await context.loaders.event.load(key.eventId);
  if (key === null || event === null || !isVisible(context, event)) return null;
  const seating = await context.services.seatings.get(key.eventId);
  return seating?.has(key.index) ? { __typename: 'Seat', ...key, seating } : null;
}

export async function findReservation(context: GraphqlContext, id: string): Promise<ReservationSource | null> {
  const key = decodeReservationId(id);
  if (key === null || context.viewer === null) return null;
  const [reservation] = await findReservations(context.services.store, [key]);
  return reservation !== undefined && isForViewer(context, reservation)
    ? { __typename: 'Reservation', reservation }
    : null;
}

export async function findBooking(context: GraphqlContext, id: string): Promise<BookingSource | null> {
  const key = decodeBookingId(id);
  if (key === null || context.viewer === null) return null;
  const [booking] = await findBookings(context.services.store, [key]);
  return booking !== undefined && isForViewer(context, booking) ? { __typename: 'Booking', booking } : null;
}

/** Drafts are for organizers only. */
export function isVisible(context: GraphqlContext, event: EventRecord): boolean {
  return event.salesStatus !== 'DRAFT' || isOrganizer(context);
}

function isForViewer(context: GraphqlContext, { viewerId }: { readonly viewerId: string }): boolean {
  return context.viewer?.id === viewerId || isOrganizer(context);
}

/** The event of a reservation or booking the viewer may see, whatever its sales status. */
export async function eventOf(
  { loaders }: GraphqlContext,
  { eventId }: { readonly eventId: string },
): Promise<EventSource> {
  const event = await loaders.event.load(eventId);
  if (event === null) throw new Error(`the event ${eventId} has gone`);
  return { __typename: 'Event', event };
}

/** The seats of a reservation or booking. */
export async function seatsOf(
  context: GraphqlContext,
  { eventId, seatIndexes }: { readonly eventId: string; readonly seatIndexes: readonly number[] },
): Promise<SeatSource[]> {
  return seatSources(eventId, await seatingOf(context, eventId), seatIndexes);
}

/** Of an event that is known to exist. */
export async function seatingOf({ services }: GraphqlContext, eventId: string): Promise<Seating> {
  const seating = await services.seatings.get(eventId);
  if (seating === null) throw new Error(`the event ${eventId} has no layout`);
  return seating;
}
