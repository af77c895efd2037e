import { GraphQLError } from 'graphql';
import type { ReservationRecord } from '../domain/records.ts';
import { isVisible } from '../events/catalogue.ts';
import type { Availability } from '../seat-map/status.ts';
import type { SeatMapUpdate } from '../seat-map/updates.ts';
import type { GraphqlContext } from './context.ts';
import { findReservation } from './finding.ts';
import { decodeEventId, encodeSeatId } from './ids.ts';

/** Where subscriptions get what they tell. A subscription to what there is not, or not for this viewer, is a top-level error. */

export async function subscribeToSeatMap(context: GraphqlContext, id: string): Promise<AsyncIterable<SeatMapUpdate>> {
  const eventId = (await subscribableEvent(context, id)) ?? refuse('event');
  return (await context.services.seatMaps.updates(eventId)) ?? refuse('event');
}

export async function subscribeToAvailability(
  context: GraphqlContext,
  id: string,
): Promise<AsyncIterable<Availability>> {
  const eventId = (await subscribableEvent(context, id)) ?? refuse('event');
  return (await context.services.seatMaps.availability(eventId)) ?? refuse('event');
}

export async function subscribeToReservation(
  context: GraphqlContext,
  id: string,
): Promise<AsyncIterable<ReservationRecord>> {
  const { reservation } = (await findReservation(context, id)) ?? refuse('reservation');
  return context.services.reservationUpdates.follow({
    eventId: reservation.eventId,
    reservationId: reservation.id,
  });
}

/** What one message of a seat map looks like to its readers, the same for all of them. */
export function seatMapMessage(id: string, update: SeatMapUpdate) {
  const eventId = decodeEventId(id);
  if (eventId === null) throw new Error(`a subscription to ${id}, which is no event`);
  switch (update.kind) {
    case 'snapshot':
      return { __typename: 'SeatMapSnapshot', ...update } as const;
    case 'delta': {
      const seats = update.seats.map((seat) => ({ ...seat, seatId: encodeSeatId(eventId, seat.index) }));
      return { __typename: 'SeatMapDelta', ...update, seats } as const;
    }
  }
}

/**
 * The uuid of an event that the viewer may see; null if there is none. Thousands may ask at once, so that it may have been read a
 * moment ago; but one that has just been opened is there at once.
 */
export async function subscribableEvent(context: GraphqlContext, id: string): Promise<string | null> {
  const eventId = decodeEventId(id);
  if (eventId === null) return null;
  const recent = await context.services.recentEvents.get(eventId);
  if (recent !== null && isVisible(context, recent)) return eventId;
  const event = await context.loaders.event.load(eventId);
  return event !== null && isVisible(context, event) ? eventId : null;
}

function refuse(what: string): never {
  throw new GraphQLError(`There is no such ${what}`, { extensions: { code: 'NOT_FOUND' } });
}
