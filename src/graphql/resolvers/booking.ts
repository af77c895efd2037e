import type { Resolvers } from '../generated/resolvers.ts';
import { encodeBookingId } from '../ids.ts';
import { eventOf, findBooking, paymentOfBooking, seatsOf, totalOf } from '../lookups.ts';

export const bookingResolvers: Resolvers = {
  Query: {
    booking: (_, { id }, context) => findBooking(context, id),
  },
  Booking: {
    id: ({ booking }) => encodeBookingId(booking.eventId, booking.id),
    reference: ({ booking }) => booking.reference,
    event: ({ booking }, _, context) => eventOf(context, booking),
    seats: ({ booking }, _, context) => seatsOf(context, booking),
    status: ({ booking }) => booking.status,
    total: ({ booking }, _, context) => totalOf(context, booking),
    bookedAt: ({ booking }) => new Date(booking.bookedAtMs),
    buyer: ({ booking }) => booking.buyer,
    payment: ({ booking }, _, context) => paymentOfBooking(context, booking),
  },
};
