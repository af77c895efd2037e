import generated from './generated/possible-types.ts';

export { fitsCharacters, maxNameCharacters } from '../domain/characters.ts';
export { momentsAt } from '../domain/local-time.ts';
export { currencyDigits, decimalAmount, maxAmount, parseAmount } from '../domain/money.ts';
export {
  type CancelReservationOutcome,
  type ClaimGuestOutcome,
  type ConfirmReservationOutcome,
  createHoldfastClient,
  type ExtendReservationOutcome,
  type HoldfastClient,
  type HoldfastClientOptions,
  type ReserveSeatsOutcome,
} from './client.ts';
export { type Countdown, type MonotonicClock, startCountdown } from './countdown.ts';
export type { FollowedReservation } from './followed-reservations.ts';
export * from './generated/documents.ts';
export type { GuestStorage } from './guests.ts';
export { type AnsweredError, faultCodes, HoldfastError } from './holdfast-error.ts';
export { newIdempotencyKey } from './idempotency-key.ts';
export type { Layout, LayoutPoint, LayoutRow, LayoutSeat, LayoutSection } from './layout.ts';
export type { Live, LiveState, LiveStore } from './live.ts';
export type { Operation } from './operation.ts';
export { type Cases, isUserError, match, type Outcome, unreachable } from './outcomes.ts';
export type { CallOptions, MutateOptions } from './requests.ts';
export type { Backoff, RetryPolicy } from './retry.ts';
export type { SeatMapState } from './seat-map-state.ts';
export {
  changedSeats,
  type SeatCodes,
  seatStatuses,
  statusAt,
  unpackSeatChanges,
  unpackSeatCodes,
} from './seat-statuses.ts';
export type { TokenSource } from './tokens.ts';

/** The members of each union and interface, for Apollo Client's `InMemoryCache`. */
export const possibleTypes = generated.possibleTypes;
