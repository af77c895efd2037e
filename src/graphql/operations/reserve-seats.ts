import { isOrganizer, type Viewer } from '../../domain/viewer.ts';
import type { GraphqlContext } from '../context.ts';
import type { MutationResolvers, ReserveSeatsInput } from '../generated/resolvers.ts';
import { validateIdempotencyKey } from '../idempotency-key.ts';
import { decodeEventId } from '../ids.ts';
import { isEventVisible } from '../lookups.ts';
import { limited, partyOf } from '../mutation-limits.ts';
import {
  idempotencyConflict,
  leftToOthers,
  notFound,
  reservationLimitExceeded,
  seatsUnavailable,
} from '../outcomes.ts';
import { parseSeatsToBuy, validateSeatList } from '../seat-ids.ts';
import { logged } from './logged.ts';

export const reserveSeats: Required<MutationResolvers>['reserveSeats'] = (_, { input }, context) =>
  limited(context, (viewer) => reserve(context, viewer, input));

/** The order of the checks is the precedence that the schema documents. */
async function reserve(context: GraphqlContext, viewer: Viewer, input: ReserveSeatsInput) {
  const { layouts, reservations, policy, logger } = context.services;
  const fault = validateSeatList(input.seatIds) ?? validateIdempotencyKey(input.idempotencyKey);
  if (fault !== null) return fault;
  if (input.seatIds.length > policy.maxSeatsPerReservation) {
    return reservationLimitExceeded(policy.maxSeatsPerReservation, 'seats in one reservation');
  }
  const eventId = decodeEventId(input.eventId);
  const layout = eventId === null ? null : await layouts.get(eventId);
  if (eventId === null || layout === null) return notFound('event');
  const seats = parseSeatsToBuy(input.seatIds, eventId, layout);
  if (!seats.ok) return (await isEventVisible(context, eventId)) ? seats.invalid : notFound('event');

  const outcome = await reservations.reserve({
    eventId,
    viewerId: viewer.id,
    seatIndexes: seats.indexes,
    idempotencyKey: input.idempotencyKey ?? null,
    party: partyOf(context, viewer),
  });
  switch (outcome.outcome) {
    case 'reserved': {
      const { reservation, event } = outcome;
      logger.info(logged(context, eventId, reservation.id, reservation.seatIndexes.length), 'reserved');
      return { __typename: 'Reservation', reservation, event } as const;
    }
    case 'repeated':
      return { __typename: 'Reservation', reservation: outcome.reservation } as const;
    case 'idempotency-conflict':
      return idempotencyConflict('a reservation of other seats');
    case 'sales-not-open':
      if (outcome.salesStatus === 'DRAFT' && !isOrganizer(context)) return notFound('event');
      return {
        __typename: 'SalesNotOpen',
        code: 'SALES_NOT_OPEN',
        message: 'The event takes no new reservations now.',
        salesStatus: outcome.salesStatus,
      } as const;
    case 'too-many-reservations':
      return reservationLimitExceeded(policy.maxActiveReservations, 'active reservations of one event');
    case 'too-many-seats-of-address':
      return reservationLimitExceeded(policy.maxSeatsPerAddress, 'seats held from your network at a time');
    case 'left-to-others':
      return leftToOthers(outcome.retryAfterMs);
    case 'seats-unavailable':
      // Layers above the store refuse seats without checking the sales status.
      return (await isEventVisible(context, eventId)) ? seatsUnavailable(eventId, outcome.taken) : notFound('event');
  }
}
