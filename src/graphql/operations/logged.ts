import type { GraphqlContext } from '../context.ts';
import { encodeEventId, encodeReservationId } from '../ids.ts';

/** What the log says of a change to a reservation: which, as clients know it, and of how many seats. Nothing of whose it is. */
export function logged({ summary }: GraphqlContext, eventId: string, reservationId: string, seats: number) {
  const { requestId } = summary;
  return { requestId, event: encodeEventId(eventId), reservation: encodeReservationId(eventId, reservationId), seats };
}
