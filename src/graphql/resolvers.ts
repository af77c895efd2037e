import type { Resolvers } from './generated/resolvers.ts';
import { findBooking, findEvent, findPayment, findReservation, findSeat } from './lookups.ts';
import { bookingResolvers } from './resolvers/booking.ts';
import { eventResolvers } from './resolvers/event.ts';
import { paymentResolvers } from './resolvers/payment.ts';
import { reservationResolvers } from './resolvers/reservation.ts';
import { seatMapResolvers } from './resolvers/seat-map.ts';
import { viewerResolvers } from './resolvers/viewer.ts';

const rootResolvers: Resolvers = {
  Query: {
    node: async (_, { id }, context) =>
      (await findEvent(context, id)) ??
      (await findSeat(context, id)) ??
      (await findReservation(context, id)) ??
      (await findBooking(context, id)) ??
      (await findPayment(context, id)),
  },
};

/** One part for each file in `schema/`. */
export const resolvers: readonly Resolvers[] = [
  rootResolvers,
  eventResolvers,
  seatMapResolvers,
  reservationResolvers,
  bookingResolvers,
  paymentResolvers,
  viewerResolvers,
];
