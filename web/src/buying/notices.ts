import { faultCodes, HoldfastError, type SalesStatus } from 'holdfast/client';
import type { Notice } from './state.ts';

/** Refusals that any change of a reservation can meet. */
type Refusal =
  | { readonly __typename: 'NotFound' | 'ServiceBusy' | 'IdempotencyConflict' }
  | { readonly __typename: 'InvalidInput'; readonly message: string }
  | { readonly __typename: 'RateLimited'; readonly retryAfterMs: number }
  | { readonly __typename: 'SalesNotOpen'; readonly salesStatus: SalesStatus }
  | { readonly __typename: 'ExtensionLimitReached'; readonly limit: number }
  | { readonly __typename: 'PaymentFailed' };

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
      return { kind: 'rateLimited', seconds: Math.ceil(refusal.retryAfterMs / 1000) };
    case 'SalesNotOpen':
      return { kind: 'salesNotOpen', salesStatus: refusal.salesStatus };
    case 'ExtensionLimitReached':
      return { kind: 'extensionLimit' };
    case 'PaymentFailed':
      return { kind: 'declined' };
  }
}

const unreachable: readonly string[] = [faultCodes.network, faultCodes.timeout, faultCodes.badAnswer];

export function noticeOfFault(error: unknown): Notice {
  if (!(error instanceof HoldfastError)) throw error;
  if (error.code === 'SERVICE_BUSY') return { kind: 'busy' };
  return { kind: unreachable.includes(error.code) ? 'unreachable' : 'fault' };
}
