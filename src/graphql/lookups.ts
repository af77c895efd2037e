import type { BookingRecord, EventRecord, ReservationRecord } from '../domain/records.ts';
import { isOrganizer } from '../domain/viewer.ts';
import { isVisible } from '../events/catalogue.ts';
import type { EventLayout } from '../events/layouts.ts';
import type { GraphqlContext } from './context.ts';
import { decodeBookingId, decodeEventId, decodePaymentId, decodeReservationId, decodeSeatId } from './ids.ts';
import { type LayoutFile, layoutHash } from './layout-files.ts';
import {
  type BookingSource,
  type EventSource,
  type PaymentSource,
  type ReservationSource,
  type SeatSource,
  seatSources,
} from './payload-sources.ts';

/** Look-ups of objects by their ids. Null if there is none, or if the viewer may not see it. */

export async function findEvent(context: GraphqlContext, id: string): Promise<EventSource | null> {
  const eventId = decodeEventId(id);
  const event = eventId === null ? null : await context.loaders.event.load(eventId);
  return event !== null && isVisible(context, event) ? { __typename: 'Event', event } : null;
}

/** Whether the viewer may see the event: false for a draft, except for organizers. May be a second late. */
export function isEventVisible(context: GraphqlContext, eventId: string): boolean | Promise<boolean> {
  if (isOrganizer(context)) return true;
  const recent = context.services.events.recent(eventId);
  const isPublic = (event: EventRecord | null) => event !== null && isVisible(context, event);
  return recent instanceof Promise ? recent.then(isPublic) : isPublic(recent);
}

export interface VisibleLayout {
  /** As in `SeatMap.layoutUrl`. */
  readonly hash: string;
  file(): Promise<LayoutFile>;
  /** Whether everyone may see it. */
  readonly isPublic: boolean;
}

/** The layout for `SeatMap.layoutUrl`. */
export async function findLayout(context: GraphqlContext, id: string): Promise<VisibleLayout | null> {
  const eventId = decodeEventId(id);
  const event = eventId === null ? null : await visibleEvent(context, eventId);
  if (event === null) return null;
  const file = async () => context.services.layoutFiles.get(event.id, await layoutOf(context, event.id));
  return { hash: layoutHash(event), file, isPublic: event.salesStatus !== 'DRAFT' };
}

/** From memory if it is visible there, else from the store, because a draft may just have been published. */
async function visibleEvent(context: GraphqlContext, eventId: string): Promise<EventRecord | null> {
  const { events } = context.services;
  const remembered = await events.recent(eventId);
  if (remembered !== null && isVisible(context, remembered)) return remembered;
  const event = await events.read(eventId);
  return event !== null && isVisible(context, event) ? event : null;
}

export async function findSeat(context: GraphqlContext, id: string): Promise<SeatSource | null> {
  const key = decodeSeatId(id);
  const event = key === null ? null : await context.loaders.event.load(key.eventId);
  if (key === null || event === null || !isVisible(context, event)) return null;
  const layout = await context.services.layouts.get(key.eventId);
  return layout?.has(key.index) ? { __typename: 'Seat', ...key, layout } : null;
}

export async function findReservation(context: GraphqlContext, id: string): Promise<ReservationSource | null> {
  const key = decodeReservationId(id);
  const reservation = key === null ? null : await context.services.holdings.reservation(context, key);
  return reservation && { __typename: 'Reservation', reservation };
}

export async function findBooking(context: GraphqlContext, id: string): Promise<BookingSource | null> {
  const key = decodeBookingId(id);
  const booking = key === null ? null : await context.services.holdings.booking(context, key);
  return booking && { __typename: 'Booking', booking };
}

export async function findPayment(context: GraphqlContext, id: string): Promise<PaymentSource | null> {
  const key = decodePaymentId(id);
  const payment = key === null ? null : await context.services.holdings.payment(context, key);
  return payment && { __typename: 'Payment', payment };
}

/** The event of a reservation or booking that the viewer may see, whatever its sales status. */
export async function eventOf(
  { loaders }: GraphqlContext,
  { eventId }: { readonly eventId: string },
): Promise<EventSource> {
  const event = await loaders.event.load(eventId);
  if (event === null) throw new Error(`the event ${eventId} has gone`);
  return { __typename: 'Event', event };
}

/** The booking of a confirmed reservation. */
export async function bookingOf({ loaders }: GraphqlContext, { eventId, id }: ReservationRecord) {
  const booking = await loaders.bookingOf.load({ eventId, reservationId: id });
  return booking && ({ __typename: 'Booking', booking } as const);
}

/** The last payment of a reservation. */
export async function paymentOf({ loaders }: GraphqlContext, { eventId, id }: ReservationRecord) {
  const payment = await loaders.paymentOf.load({ eventId, reservationId: id });
  return payment && ({ __typename: 'Payment', payment } as const);
}

/** The payment of a booking. */
export async function paymentOfBooking({ loaders }: GraphqlContext, { eventId, paymentId }: BookingRecord) {
  const payment = paymentId === null ? null : await loaders.payment.load({ eventId, paymentId });
  return payment && ({ __typename: 'Payment', payment } as const);
}

/** The seats of a reservation or booking. */
interface Bought {
  readonly eventId: string;
  readonly seatIndexes: readonly number[];
  readonly totalAmount: number;
}

export function seatsOf(context: GraphqlContext, { eventId, seatIndexes }: Bought) {
  return withLayout(context, eventId, (layout) => seatSources(eventId, layout, seatIndexes));
}

export function totalOf(context: GraphqlContext, { eventId, totalAmount }: Bought) {
  return withLayout(context, eventId, ({ currency }) => ({ amount: totalAmount, currency }));
}

/** The layout of an event that is known to exist. */
export async function layoutOf({ services }: GraphqlContext, eventId: string): Promise<EventLayout> {
  return found(await services.layouts.get(eventId), eventId);
}

/** Synchronous if the layout is cached, so that fields of every reservation cost no promise. */
function withLayout<Result>({ services }: GraphqlContext, eventId: string, use: (layout: EventLayout) => Result) {
  const layout = services.layouts.get(eventId);
  return layout instanceof Promise ? layout.then((read) => use(found(read, eventId))) : use(layout);
}

function found(layout: EventLayout | null, eventId: string): EventLayout {
  if (layout === null) throw new Error(`the event ${eventId} has no layout`);
  return layout;
}
