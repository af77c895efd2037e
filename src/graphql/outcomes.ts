import type { NotRunning } from '../domain/records.ts';
import type { Fault } from '../events/seating-plan/refusal.ts';
import { QueueFull } from '../group-commit/group-commit.ts';
import { encodeSeatId } from './ids.ts';
import type { Services } from './services.ts';

/** One function for each user error of the contract. Messages are for people. */

export const invalidInput = (path: string, message: string) => invalidInputs([{ path, message }]);

/** @param faults with paths such as 'plan.zones[0].rows[2]' */
export function invalidInputs([first, ...others]: readonly [Fault, ...Fault[]]) {
  const faults = [first, ...others].map(({ path, message }) => ({ path: stepsOf(path), message }));
  return {
    __typename: 'InvalidInput',
    code: 'INVALID_INPUT',
    message: first.message,
    path: stepsOf(first.path),
    faults,
  } as const;
}

function stepsOf(path: string): readonly string[] {
  return path.split(/[.[\]]+/).filter((step) => step !== '');
}

export const notFound = (what: 'event' | 'reservation') =>
  ({ __typename: 'NotFound', code: 'NOT_FOUND', message: `There is no such ${what}.` }) as const;

export const seatsUnavailable = (eventId: string, taken: readonly number[]) =>
  ({
    __typename: 'SeatsUnavailable',
    code: 'SEATS_UNAVAILABLE',
    message: taken.length === 1 ? 'A seat is taken.' : `${taken.length} seats are taken.`,
    seatIds: taken.map((index) => encodeSeatId(eventId, index)),
  }) as const;

/** Units of limits, by their scope. */
const limited = {
  'seats in one reservation': 'RESERVATION',
  'active reservations of one event': 'VIEWER',
  'seats held from your network at a time': 'NETWORK',
} as const;

export const reservationLimitExceeded = (limit: number, of: keyof typeof limited) =>
  ({
    __typename: 'ReservationLimitExceeded',
    code: 'RESERVATION_LIMIT_EXCEEDED',
    message: `At most ${limit} ${of} are allowed.`,
    limit,
    scope: limited[of],
  }) as const;

export const rateLimited = (retryAfterMs: number) =>
  ({
    __typename: 'RateLimited',
    code: 'RATE_LIMITED',
    message: `Too many requests. Try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    retryAfterMs,
    cause: 'REQUESTS',
  }) as const;

/** For a party that has released a seat again and again. */
export const leftToOthers = (retryAfterMs: number) =>
  ({
    __typename: 'RateLimited',
    code: 'RATE_LIMITED',
    message: `You let go of these seats more than once: let others have a turn. Again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    retryAfterMs,
    cause: 'SEATS_LET_GO',
  }) as const;

export const idempotencyConflict = (owner: string) =>
  ({
    __typename: 'IdempotencyConflict',
    code: 'IDEMPOTENCY_CONFLICT',
    message: `The idempotency key belongs to ${owner}. Something new needs a new key.`,
  }) as const;

/** How long clients should wait while the store or the payment provider does not answer. */
const BUSY_RETRY_MS = 1_000;

export const serviceBusy = (retryAfterMs = BUSY_RETRY_MS) =>
  ({
    __typename: 'ServiceBusy',
    code: 'SERVICE_BUSY',
    message: 'The server cannot do this right now. Try again shortly.',
    retryAfterMs,
  }) as const;

/** The outcomes for a reservation that can no longer be changed. */
export function notRunning(outcome: NotRunning) {
  switch (outcome.outcome) {
    case 'not-found':
      return notFound('reservation');
    case 'not-active':
      return {
        __typename: 'ReservationNotActive',
        code: 'RESERVATION_NOT_ACTIVE',
        message: `The reservation is ${outcome.status.toLowerCase()}.`,
        reservationStatus: outcome.status,
      } as const;
    case 'expired':
      return {
        __typename: 'ReservationExpired',
        code: 'RESERVATION_EXPIRED',
        message: 'The reservation has expired.',
        expiredAt: new Date(outcome.expiredAtMs),
      } as const;
  }
}

/** Turns an unavailable store and a full queue into `ServiceBusy`. */
export async function orServiceBusy<Result>(
  { isUnavailable }: Pick<Services, 'isUnavailable'>,
  work: () => Promise<Result>,
): Promise<Result | ReturnType<typeof serviceBusy>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof QueueFull) return serviceBusy(error.retryAfterMs);
    if (isUnavailable(error)) return serviceBusy();
    throw error;
  }
}
