import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { GuestsNotEnabled } from '../../identity/errors.ts';
import { listBookings } from '../../store/bookings.ts';
import { listReservations } from '../../store/reservations.ts';
import type { Resolvers } from '../generated/resolvers.ts';
import { rateLimited } from '../outcomes.ts';
import { cursorCodec, cursorMoment, pageSize, toConnection } from '../pages.ts';

const pages = { usual: 20, max: 100 };
/** Where a list that is newest first ends. */
const cursor = cursorCodec(z.strictObject({ atMs: cursorMoment, id: z.uuid() }));

export const viewerResolvers: Resolvers = {
  Query: {
    viewer: (_, _arguments, { viewer }) => viewer,
  },
  Mutation: {
    signInAsGuest: async (_, _arguments, context) => {
      const { guestLimiter, identity } = context.services;
      const allowance = await guestLimiter.consume(context.clientAddress);
      if (!allowance.allowed) return rateLimited(allowance.retryAfterMs);
      try {
        return { __typename: 'GuestSession', ...(await identity.signInAsGuest()) } as const;
      } catch (error) {
        if (!(error instanceof GuestsNotEnabled)) throw error;
        throw new GraphQLError('This server takes no guests', { extensions: { code: 'GUESTS_NOT_ENABLED' } });
      }
    },
  },
  Viewer: {
    reservations: async ({ id }, { status, first, after }, { store }) => {
      const size = pageSize(first, pages);
      const page = { statuses: status ?? null, after: cursor.decode(after), limit: size + 1 };
      return toConnection({
        rows: await listReservations(store, id, page),
        size,
        cursorOf: (reservation) => cursor.encode({ atMs: reservation.createdAtMs, id: reservation.id }),
        nodeOf: (reservation) => ({ __typename: 'Reservation', reservation }) as const,
      });
    },
    bookings: async ({ id }, { first, after }, { store }) => {
      const size = pageSize(first, pages);
      return toConnection({
        rows: await listBookings(store, id, { after: cursor.decode(after), limit: size + 1 }),
        size,
        cursorOf: (booking) => cursor.encode({ atMs: booking.bookedAtMs, id: booking.id }),
        nodeOf: (booking) => ({ __typename: 'Booking', booking }) as const,
      });
    },
  },
};
