import type { Viewer } from '../../domain/viewer.ts';
import type { GraphqlContext } from '../context.ts';
import type { ExtendReservationInput, MutationResolvers } from '../generated/resolvers.ts';
import { validateIdempotencyKey } from '../idempotency-key.ts';
import { decodeReservationId } from '../ids.ts';
import { limited } from '../mutation-limits.ts';
import { idempotencyConflict, notFound, notRunning } from '../outcomes.ts';

export const extendReservation: Required<MutationResolvers>['extendReservation'] = (_, { input }, context) =>
  limited(context, (viewer) => extend(context, viewer, input));

async function extend(
  { services: { reservations, policy } }: GraphqlContext,
  viewer: Viewer,
  input: ExtendReservationInput,
) {
  const fault = validateIdempotencyKey(input.idempotencyKey);
  if (fault !== null) return fault;
  const key = decodeReservationId(input.reservationId);
  if (key === null) return notFound('reservation');
  const outcome = await reservations.extend({
    ...key,
    viewerId: viewer.id,
    idempotencyKey: input.idempotencyKey ?? null,
  });
  switch (outcome.outcome) {
    case 'extended':
    case 'repeated':
      return { __typename: 'Reservation', reservation: outcome.reservation } as const;
    case 'idempotency-conflict':
      return idempotencyConflict('the extension of another reservation');
    case 'limit-reached':
      return {
        __typename: 'ExtensionLimitReached',
        code: 'EXTENSION_LIMIT_REACHED',
        message: `A reservation can be extended ${policy.maxExtensions} times at most.`,
        limit: policy.maxExtensions,
      } as const;
    default:
      return notRunning(outcome);
  }
}
