import { GraphQLError } from 'graphql';
import type { ReservationRecord } from '../domain/records.ts';
import { isOrganizer } from '../domain/viewer.ts';
import { isVisible } from '../events/catalogue.ts';
import type { EventRow } from '../live/live-event.ts';
import type { SeatMapUse } from '../live/live-seat-maps.ts';
import { packChanges } from '../live/packing.ts';
import { PullStream } from '../live/pull-stream.ts';
import type { SeatMapUpdate } from '../live/sources.ts';
import { isFor } from '../reservations/holdings.ts';
import { beginMessage, type GraphqlContext } from './context.ts';
import { decodeEventId, encodeSeatId } from './ids.ts';
import { findReservation } from './lookups.ts';

/** The sources of subscriptions. Subscribing to something that does not exist, or that the viewer may not see, is a top-level error. */

/** Opens the map of an event that the viewer may see. */
export async function openEvent(context: GraphqlContext, id: string): Promise<SeatMapUse> {
  const eventId = (await subscribableEvent(context, id)) ?? refuse('event');
  return (await context.services.seatMaps.open(eventId)) ?? refuse('event');
}

/** The event itself, for subscriptions that cannot be shared. Only organizers get it while it is a draft. */
export async function subscribeToEvent(context: GraphqlContext, id: string): Promise<AsyncIterable<EventRow>> {
  const use = await openEvent(context, id);
  const { event } = use.map;
  let sent: EventRow | undefined;
  const updates = new PullStream<EventRow>({
    take() {
      if (event.row === sent || !isVisible(context, event.row.event)) return undefined;
      sent = event.row;
      return sent;
    },
    release: () => {
      stop();
      stopClosed();
      use[Symbol.dispose]();
    },
  });
  const stop = event.subscribe(() => updates.wake());
  const stopClosed = use.map.onClosed(() => updates.end());
  return updates;
}

export async function subscribeToReservation(
  context: GraphqlContext,
  id: string,
): Promise<AsyncIterable<ReservationRecord>> {
  const { reservation } = (await findReservation(context, id)) ?? refuse('reservation');
  const { eventId, id: reservationId, viewerId } = reservation;
  return context.services.reservationUpdates.follow({ eventId, reservationId }, isOrganizer(context) ? null : viewerId);
}

/** A state of a reservation as a payload. The last one is refused if somebody else has claimed it from the viewer. */
export function reservationMessage(reservation: ReservationRecord, _arguments: unknown, context: GraphqlContext) {
  beginMessage(context);
  return isFor(context, reservation) ? ({ __typename: 'Reservation', reservation } as const) : refuse('reservation');
}

/** A message of a seat map as a payload. It is the same for all subscribers. */
export function seatMapMessage(id: string, update: SeatMapUpdate) {
  const eventId = decodeEventId(id);
  if (eventId === null) throw new Error(`a subscription to ${id}, which is no event`);
  switch (update.kind) {
    case 'snapshot':
      return { __typename: 'SeatMapSnapshot', ...update } as const;
    case 'delta': {
      const { fromRevision, revision, availability } = update;
      const seats = update.seats.map((seat) => ({ ...seat, seatId: encodeSeatId(eventId, seat.index) }));
      const changes = packChanges(update.seats);
      return { __typename: 'SeatMapDelta', fromRevision, revision, changes, seats, availability } as const;
    }
  }
}

/**
 * The uuid of an event that the viewer may see; null if there is none. Read from memory if it is visible there, because thousands
 * may subscribe at once, else from the store, because it may just have been published.
 */
async function subscribableEvent(context: GraphqlContext, id: string): Promise<string | null> {
  const eventId = decodeEventId(id);
  if (eventId === null) return null;
  const recent = await context.services.events.recent(eventId);
  if (recent !== null && isVisible(context, recent)) return eventId;
  const event = await context.loaders.event.load(eventId);
  return event !== null && isVisible(context, event) ? eventId : null;
}

function refuse(what: string): never {
  throw new GraphQLError(`There is no such ${what}`, { extensions: { code: 'NOT_FOUND' } });
}
