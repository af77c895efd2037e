import type { Viewer } from '../../domain/viewer.ts';
import type { GraphqlContext } from '../context.ts';
import type { CancelReservationInput, MutationResolvers } from '../generated/resolvers.ts';
import { validateIdempotencyKey } from '../idempotency-key.ts';
import { decodeReservationId, decodeSeatId } from '../ids.ts';
import { limited } from '../mutation-limits.ts';
import { idempotencyConflict, invalidInput, notFound, notRunning } from '../outcomes.ts';
import { validateSeatList } from '../seat-ids.ts';
import { logged } from './logged.ts';

/** The largest `MAX_SEATS_PER_RESERVATION`, because a reservation may have been made under another setting. */
const LARGEST_RESERVATION = 1_000;

export const cancelReservation: Required<MutationResolvers>['cancelReservation'] = (_, { input }, context) =>
  limited(context, (viewer) => cancel(context, viewer, input));

async function cancel(
  context: GraphqlContext,
  viewer: Viewer,
  { reservationId, seatIds, idempotencyKey = null }: CancelReservationInput,
) {
  const { reservations, logger } = context.services;
  const listFault = seatIds == null ? null : validateSeatList(seatIds, LARGEST_RESERVATION);
  const fault = listFault ?? validateIdempotencyKey(idempotencyKey);
  if (fault !== null) return fault;
  const key = decodeReservationId(reservationId);
  if (key === null) return notFound('reservation');
  const named = seatIds == null ? null : seatIds.map((id) => indexIn(key.eventId, id));
  const seatIndexes = named?.toSorted((one, other) => one - other) ?? null;
  const outcome = await reservations.cancel({ ...key, viewerId: viewer.id, seatIndexes, idempotencyKey });
  switch (outcome.outcome) {
    case 'cancelled':
      logger.info(logged(context, key.eventId, key.reservationId, outcome.freedSeatIndexes.length), 'cancelled');
      return { __typename: 'Reservation', reservation: outcome.reservation } as const;
    case 'repeated':
      return { __typename: 'Reservation', reservation: outcome.reservation } as const;
    case 'idempotency-conflict':
      return idempotencyConflict('another cancellation');
    case 'seats-not-held': {
      const held = new Set(outcome.heldSeatIndexes);
      const position = named?.findIndex((index) => !held.has(index));
      return invalidInput(`seatIds[${position}]`, 'The reservation does not hold this seat.');
    }
    default:
      return notRunning(outcome);
  }
}

/** For ids that are no seat of the event: no reservation holds this index. */
const NO_SEAT = -1;

function indexIn(eventId: string, seatId: string): number {
  const seat = decodeSeatId(seatId);
  return seat !== null && seat.eventId === eventId ? seat.index : NO_SEAT;
}
