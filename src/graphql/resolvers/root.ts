import { findBooking, findEvent, findReservation, findSeat } from '../finding.ts';
import type { Resolvers } from '../generated/resolvers.ts';

export const rootResolvers: Resolvers = {
  Query: {
    node: async (_, { id }, context) =>
      (await findEvent(context, id)) ??
      (await findSeat(context, id)) ??
      (await findReservation(context, id)) ??
      (await findBooking(context, id)),
  },
};
