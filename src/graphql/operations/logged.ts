import type { GraphqlContext } from '../context.ts';
import { encodeEventId, encodeReservationId } from '../ids.ts';

/** What the log says about a change of a reservation: its global ids and the number of seats, and nothing about the viewer. */
export function logged({ summary }: GraphqlContext, eventId: string, reservationId: string, seats: number) {
  const { requestId } = summary;
  return { requestId, event: encodeEventId(eventId), reservation: encodeReservationId(eventId, reservationId), seats };
}
