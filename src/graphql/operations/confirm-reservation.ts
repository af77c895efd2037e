import type { Buyer } from '../../domain/payment.ts';
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
  const buyer = { name: input.buyer?.name?.trim() || null, email: input.buyer?.email?.trim() || null };
  const fault = faultOfBuyer(buyer);
  if (fault !== null) return fault;
  const key = decodeReservationId(input.reservationId);
  const layout = key === null ? null : await layouts.get(key.eventId);
  if (key === null || layout === null) return notFound('reservation');
  const { currency } = layout;
  const outcome = await reservations.confirm({
    ...{ ...key, viewerId: viewer.id, currency, paymentToken: input.paymentToken ?? null },
    buyer,
  });
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
    case 'action-required':
      return {
        __typename: 'PaymentActionRequired',
        code: 'PAYMENT_ACTION_REQUIRED',
        message: 'The bank wants to hear from the buyer. The seats stay held until then.',
        clientSecret: outcome.clientSecret,
        expiresInMs: outcome.expiresInMs,
        payment: { __typename: 'Payment', payment: outcome.payment },
      } as const;
    case 'payment-unavailable':
      return serviceBusy();
    default:
      return notRunning(outcome);
  }
}

const MAX_NAME_LENGTH = 200;
/** 64 characters, the @, and 255 (RFC 5321). */
const MAX_EMAIL_LENGTH = 320;

/** Null if nothing is wrong. */
function faultOfBuyer({ name, email }: Buyer) {
  if (name !== null && !isPlain(name, MAX_NAME_LENGTH))
    return invalidInput(
      'buyer.name',
      `A name has up to ${MAX_NAME_LENGTH} characters, none of them a control character.`,
    );
  if (email !== null && !(isPlain(email, MAX_EMAIL_LENGTH) && /^[^\s@]+@[^\s@]+$/.test(email)))
    return invalidInput(
      'buyer.email',
      `An email address has up to ${MAX_EMAIL_LENGTH} characters, such as ann@example.org.`,
    );
  return null;
}
