import type { Viewer } from '../../domain/viewer.ts';
import type { GraphqlContext } from '../context.ts';
import type { ConfirmReservationInput, MutationResolvers } from '../generated/resolvers.ts';
import { isPlain } from '../idempotency-key.ts';
import { decodeReservationId, encodeBookingId } from '../ids.ts';
import { limited } from '../mutation-limits.ts';
import { invalidInput, notFound, notRunning, serviceBusy } from '../outcomes.ts';
import { logged } from './logged.ts';

/** Longer than any provider's. */
const MAX_TOKEN_LENGTH = 1_000;

export const confirmReservation: Required<MutationResolvers>['confirmReservation'] = (_, { input }, context) =>
  limited(context, (viewer) => confirm(context, viewer, input));

async function confirm(context: GraphqlContext, viewer: Viewer, input: ConfirmReservationInput) {
  const { reservations, layouts, logger } = context.services;
  if (input.paymentToken != null && !isPlain(input.paymentToken, MAX_TOKEN_LENGTH))
    return invalidInput(
      'paymentToken',
      `A token has up to ${MAX_TOKEN_LENGTH} characters, none of them a control character.`,
    );
  const key = decodeReservationId(input.reservationId);
  const layout = key === null ? null : await layouts.get(key.eventId);
  if (key === null || layout === null) return notFound('reservation');
  const { currency } = layout;
  const command = { ...key, viewerId: viewer.id, currency, paymentToken: input.paymentToken ?? null };
  const outcome = await reservations.confirm(command);
  switch (outcome.outcome) {
    case 'booked':
      if (outcome.isNew) {
        const seats = outcome.booking.seatIndexes.length;
        logger.info(
          {
            ...logged(context, key.eventId, key.reservationId, seats),
            booking: encodeBookingId(key.eventId, outcome.booking.id),
          },
          'booked',
        );
      }
      return { __typename: 'Booking', booking: outcome.booking } as const;
    case 'payment-failed':
      return {
        __typename: 'PaymentFailed',
        code: 'PAYMENT_FAILED',
        message: 'The payment was declined. The seats stay held until the reservation expires.',
        reason: outcome.reason,
      } as const;
    case 'payment-unavailable':
      return serviceBusy();
    default:
      return notRunning(outcome);
  }
}
