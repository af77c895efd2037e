import {
  faultCodes,
  HoldfastError,
  type RateLimitCause,
  type ReservationLimitScope,
  type SalesStatus,
  startCountdown,
} from '@holdfast/client';
import type { Notice } from './state.ts';

/** Refusals of a reservation or of its change. */
export type Refusal =
  | { readonly __typename: 'NotFound' | 'ServiceBusy' | 'IdempotencyConflict' }
  | { readonly __typename: 'InvalidInput'; readonly message: string }
  | { readonly __typename: 'RateLimited'; readonly retryAfterMs: number; readonly cause: RateLimitCause }
  | {
      readonly __typename: 'ReservationLimitExceeded';
      readonly limit: number;
      readonly scope: ReservationLimitScope;
    }
  | { readonly __typename: 'SalesNotOpen'; readonly salesStatus: SalesStatus }
  | { readonly __typename: 'ExtensionLimitReached'; readonly limit: number }
  | { readonly __typename: 'PaymentFailed' };

const limits = { RESERVATION: 'seatLimit', VIEWER: 'reservationLimit', NETWORK: 'networkLimit' } as const;
const waits = { REQUESTS: 'rateLimited', SEATS_LET_GO: 'leftToOthers' } as const;

export function noticeOf(refusal: Refusal): Notice {
  switch (refusal.__typename) {
    case 'NotFound':
      return { kind: 'notFound' };
    case 'ServiceBusy':
      return { kind: 'busy' };
    case 'IdempotencyConflict':
      return { kind: 'fault' };
    case 'InvalidInput':
      return { kind: 'invalid', message: refusal.message };
    case 'RateLimited':
      return { kind: waits[refusal.cause], wait: startCountdown(refusal.retryAfterMs) };
    case 'ReservationLimitExceeded':
      return { kind: limits[refusal.scope], limit: refusal.limit };
    case 'SalesNotOpen':
      return { kind: 'salesNotOpen', salesStatus: refusal.salesStatus };
    case 'ExtensionLimitReached':
      return { kind: 'extensionLimit' };
    case 'PaymentFailed':
      return { kind: 'declined' };
  }
}

const unreachable: readonly string[] = [faultCodes.network, faultCodes.timeout, faultCodes.badAnswer];

/** The form of the payment provider could not be used, mostly because the provider could not be reached. */
export class PaymentFormFault extends Error {
  override readonly name = 'PaymentFormFault';
}

export function noticeOfFault(error: unknown): Notice {
  if (error instanceof PaymentFormFault) return { kind: 'unreachable' };
  if (!(error instanceof HoldfastError)) throw error;
  if (error.code === 'SERVICE_BUSY') return { kind: 'busy' };
  if (error.code === 'RATE_LIMITED') return { kind: 'rateLimited', wait: startCountdown(error.retryAfterMs ?? 0) };
  return { kind: unreachable.includes(error.code) ? 'unreachable' : 'fault' };
}
