import { requireViewer } from '../context.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { encodeReservationId } from '../ids.ts';
import { bookingOf, eventOf, findReservation, paymentOf, seatsOf, totalOf } from '../lookups.ts';
import { cancelReservation } from '../operations/cancel-reservation.ts';
import { confirmReservation } from '../operations/confirm-reservation.ts';
import { extendReservation } from '../operations/extend-reservation.ts';
import { reserveSeats } from '../operations/reserve-seats.ts';
import { reservationMessage, subscribeToReservation } from '../subscriptions.ts';

export const reservationResolvers: Resolvers = {
  Query: {
    reservation: (_, { id }, context) => findReservation(context, id),
    limits: (_, _arguments, { services }) => services.policy,
  },
  Mutation: { reserveSeats, extendReservation, confirmReservation, cancelReservation },
  Subscription: {
    reservation: {
      subscribe: (_, { id }, context) => subscribeToReservation(context, id),
      resolve: reservationMessage,
    },
    viewerReservations: {
      subscribe: (_, _arguments, context) => context.services.viewerReservations.follow(requireViewer(context).id),
      resolve: reservationMessage,
    },
  },
  Reservation: {
    id: ({ reservation }) => encodeReservationId(reservation.eventId, reservation.id),
    event: ({ reservation, event }, _, context) =>
      event === undefined ? eventOf(context, reservation) : { __typename: 'Event', event },
    seats: ({ reservation }, _, context) => seatsOf(context, reservation),
    status: ({ reservation }) => reservation.status,
    total: ({ reservation }, _, context) => totalOf(context, reservation),
    createdAt: ({ reservation }) => new Date(reservation.createdAtMs),
    expiresAt: ({ reservation }) => new Date(reservation.expiresAtMs),
    expiresInMs: ({ reservation: { status, expiresAtMs, readAtMs } }) =>
      status === 'ACTIVE' ? Math.min(expiresAtMs - readAtMs, longestIntMs) : 0,
    extensionsLeft: ({ reservation: { status, extensionsUsed } }, _, { services }) =>
      status === 'ACTIVE' ? Math.max(0, services.policy.maxExtensions - extensionsUsed) : 0,
    payment: ({ reservation }, _, context) => paymentOf(context, reservation),
    booking: ({ reservation }, _, context) =>
      reservation.status === 'CONFIRMED' ? bookingOf(context, reservation) : null,
  },
};

/** The largest `Int`, which is 24.8 days. Extensions may move a deadline further. */
const longestIntMs = 2 ** 31 - 1;
