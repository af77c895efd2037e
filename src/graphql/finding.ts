import type { EventRecord, ReservationRecord } from '../domain/records.ts';
import type { Seating } from '../events/seating.ts';
import { findBookings } from '../store/bookings.ts';
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
  const [reservation] = await findReservations(context.store, [key]);
  return reservation !== undefined && isForViewer(context, reservation)
    ? { __typename: 'Reservation', reservation }
    : null;
}

export async function findBooking(context: GraphqlContext, id: string): Promise<BookingSource | null> {
  const key = decodeBookingId(id);
  if (key === null || context.viewer === null) return null;
  const [booking] = await findBookings(context.store, [key]);
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

/** What a reservation that was confirmed became. */
export async function bookingOf({ loaders }: GraphqlContext, { eventId, id }: ReservationRecord) {
  const booking = await loaders.bookingOf.load({ eventId, reservationId: id });
  return booking && ({ __typename: 'Booking', booking } as const);
}

/** What a reservation and a booking have of their seats. */
interface Bought {
  readonly eventId: string;
  readonly seatIndexes: readonly number[];
  readonly totalAmount: number;
}

export function seatsOf(context: GraphqlContext, { eventId, seatIndexes }: Bought) {
  return withSeating(context, eventId, (seating) => seatSources(eventId, seating, seatIndexes));
}

export function totalOf(context: GraphqlContext, { eventId, totalAmount }: Bought) {
  return withSeating(context, eventId, ({ layout }) => ({ amount: totalAmount, currency: layout.currency }));
}

/** Of an event that is known to exist. */
export async function seatingOf({ services }: GraphqlContext, eventId: string): Promise<Seating> {
  return found(await services.seatings.get(eventId), eventId);
}

/** At once where the layout is known: what is asked of every reservation then costs no promise. */
function withSeating<Result>({ services }: GraphqlContext, eventId: string, use: (seating: Seating) => Result) {
  const seating = services.seatings.get(eventId);
  return seating instanceof Promise ? seating.then((read) => use(found(read, eventId))) : use(seating);
}

function found(seating: Seating | null, eventId: string): Seating {
  if (seating === null) throw new Error(`the event ${eventId} has no layout`);
  return seating;
}
