import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { isGuest, type Viewer } from '../../domain/viewer.ts';
import { GuestsNotEnabled, InvalidToken } from '../../identity/errors.ts';
import { type GraphqlContext, noteOutcome } from '../context.ts';
import type { ClaimGuestInput, Resolvers } from '../generated/resolvers.ts';
import { limited } from '../mutation-limits.ts';
import { invalidInput, rateLimited } from '../outcomes.ts';
import { cursorCodec, cursorMoment, pageRequest, toConnection } from '../pages.ts';

/** A place in a list ordered from newest to oldest. */
const cursor = cursorCodec(z.strictObject({ atMs: cursorMoment, id: z.uuid() }));

export const viewerResolvers: Resolvers = {
  Query: {
    viewer: (_, _arguments, { viewer }) => viewer,
  },
  Mutation: {
    signInAsGuest: async (_, _arguments, context) => {
      try {
        return await guestSession(context, context.clientAddress);
      } catch (error) {
        if (!(error instanceof GuestsNotEnabled)) throw error;
        throw new GraphQLError('This server takes no guests', { extensions: { code: 'GUESTS_NOT_ENABLED' } });
      }
    },
    renewGuest: async (_, { input }, context) => {
      try {
        const guest = context.services.identity.renewableGuest(input.guestToken);
        // Counted for each guest, so that nobody loses a reservation because of others in their network.
        return await guestSession(context, guest.id, guest);
      } catch (error) {
        if (!(error instanceof InvalidToken)) throw error;
        return noteOutcome(context, invalidInput('guestToken', `${error.message}.`));
      }
    },
    claimGuest: (_, { input }, context) => limited(context, (viewer) => claim(context, viewer, input)),
  },
  Viewer: {
    reservations: async (viewer, { status, ...page }, context) => {
      const request = pageRequest(page, cursor);
      return toConnection({
        rows: await context.services.holdings.reservations(context, viewer, { ...request, statuses: status ?? null }),
        request,
        cursorOf: (reservation) => cursor.encode({ atMs: reservation.createdAtMs, id: reservation.id }),
        nodeOf: (reservation) => ({ __typename: 'Reservation', reservation }) as const,
      });
    },
    bookings: async (viewer, { status, ...page }, context) => {
      const request = pageRequest(page, cursor);
      return toConnection({
        rows: await context.services.holdings.bookings(context, viewer, { ...request, statuses: status ?? null }),
        request,
        cursorOf: (booking) => cursor.encode({ atMs: booking.bookedAtMs, id: booking.id }),
        nodeOf: (booking) => ({ __typename: 'Booking', booking }) as const,
      });
    },
  },
};

async function claim({ services }: GraphqlContext, viewer: Viewer, { guestToken }: ClaimGuestInput) {
  if (isGuest(viewer)) return invalidInput('guestToken', 'A guest cannot claim what another guest has: sign in first.');
  try {
    const guest = services.identity.renewableGuest(guestToken);
    await services.reservations.claim({ from: guest.id, to: viewer.id });
    return { __typename: 'Viewer', ...viewer } as const;
  } catch (error) {
    if (!(error instanceof InvalidToken)) throw error;
    return invalidInput('guestToken', `${error.message}.`);
  }
}

/** @param countedBy key of the limit of sign-ins */
async function guestSession(context: GraphqlContext, countedBy: string, guest?: Viewer) {
  const { guestLimiter, identity, telemetry } = context.services;
  const allowance = await guestLimiter.consume(countedBy);
  if (!allowance.allowed) {
    telemetry.emit('mutation:refused', 'rate limit');
    return noteOutcome(context, rateLimited(allowance.retryAfterMs));
  }
  return noteOutcome(context, { __typename: 'GuestSession', ...(await identity.signInAsGuest(guest)) } as const);
}
