import type { Resolvers } from './generated/resolvers.ts';
import { bookingResolvers } from './resolvers/booking.ts';
import { eventResolvers } from './resolvers/event.ts';
import { reservationResolvers } from './resolvers/reservation.ts';
import { rootResolvers } from './resolvers/root.ts';
import { seatMapResolvers } from './resolvers/seat-map.ts';
import { viewerResolvers } from './resolvers/viewer.ts';

/** One part a concept, as in `schema/`. */
export const resolvers: readonly Resolvers[] = [
  rootResolvers,
  eventResolvers,
  seatMapResolvers,
  reservationResolvers,
  bookingResolvers,
  viewerResolvers,
];
