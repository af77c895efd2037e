import type { Viewer } from '../../identity/viewer.ts';
import type { GraphqlContext } from '../context.ts';
import type { ConfirmReservationInput } from '../generated/resolvers.ts';
import { decodeReservationId } from '../ids.ts';
import { notFound, notRunning, serviceBusy } from '../outcomes.ts';

export async function confirmReservation(
  { services: { reservations, seatings } }: GraphqlContext,
  viewer: Viewer,
  input: ConfirmReservationInput,
) {
  const key = decodeReservationId(input.reservationId);
  const seating = key === null ? null : await seatings.get(key.eventId);
  if (key === null || seating === null) return notFound('reservation');
  const { currency } = seating.layout;
  const command = { ...key, viewerId: viewer.id, currency, paymentToken: input.paymentToken ?? null };
  const outcome = await reservations.confirm(command);
  switch (outcome.outcome) {
    case 'booked':
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
