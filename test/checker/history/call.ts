import type { SeatStatus } from '../../../src/domain/seat.ts';

/** Seats are indexes, ascending; reservations and bookings are uuids; moments of the harness are its monotonic milliseconds. */
export type Request =
  | { readonly kind: 'reserve'; readonly seats: readonly number[]; readonly key: string | null }
  | { readonly kind: 'extend'; readonly reservation: string; readonly key: string | null }
  | { readonly kind: 'confirm'; readonly reservation: string; readonly accepted: boolean }
  /** `seats` is null for all of them. */
  | {
      readonly kind: 'cancel';
      readonly reservation: string;
      readonly seats: readonly number[] | null;
      readonly key: string | null;
    }
  | { readonly kind: 'block' | 'unblock'; readonly seats: readonly number[] }
  /** Of all seats, as the store has them. */
  | { readonly kind: 'read' };

/** What the store's clock says is in milliseconds since 1970. */
export type Answer =
  /** It may have happened, and may yet happen. */
  | { readonly type: 'unknown'; readonly why: string }
  /** The node was not there: it never heard of it. */
  | { readonly type: 'not sent' }
  | {
      readonly type: 'Reservation';
      readonly id: string;
      readonly status: ReservationStatus;
      readonly seats: readonly number[];
      readonly createdAtMs: number;
      readonly expiresAtMs: number;
      readonly expiresInMs: number;
    }
  | {
      readonly type: 'Booking';
      readonly id: string;
      readonly reference: string;
      readonly seats: readonly number[];
      readonly bookedAtMs: number;
    }
  | { readonly type: 'SeatsUnavailable'; readonly seats: readonly number[] }
  | { readonly type: 'ReservationNotActive'; readonly status: ReservationStatus }
  | { readonly type: 'ReservationExpired'; readonly expiredAtMs: number }
  | { readonly type: 'Map'; readonly statuses: readonly SeatStatus[] }
  /** Blocked, or back on sale. */
  | { readonly type: 'Done' }
  | { readonly type: Refusal };

export type Refusal =
  | 'InvalidInput'
  | 'NotFound'
  | 'SalesNotOpen'
  | 'ReservationLimitExceeded'
  | 'RateLimited'
  | 'IdempotencyConflict'
  | 'ExtensionLimitReached'
  | 'PaymentFailed';

export type ReservationStatus = 'ACTIVE' | 'CONFIRMED' | 'CANCELLED' | 'EXPIRED';

/** One request of a viewer to a node, and what came of it. */
export interface Call {
  readonly id: number;
  readonly node: number;
  readonly viewer: string;
  readonly eventId: string;
  readonly request: Request;
  readonly calledAtMs: number;
  /** When it was known what came of it; for what is unknown, when its caller stopped waiting. */
  readonly answeredAtMs: number;
  readonly answer: Answer;
}

/** When its effect is over at the latest: never, while that is unknown. */
export function endOf({ answer, answeredAtMs }: Call): number {
  return answer.type === 'unknown' ? Number.POSITIVE_INFINITY : answeredAtMs;
}

export type Change = Extract<Request, { readonly kind: 'extend' | 'cancel' }>;
export type ChangeCall = Call & { readonly request: Change };

/** An extension or a cancellation. */
export function isChange(call: Call): call is ChangeCall {
  return call.request.kind === 'extend' || call.request.kind === 'cancel';
}

/** All that a change asks for. */
export function contentsOf(request: Change): string {
  return `${request.kind} ${request.reservation} ${request.kind === 'cancel' ? request.seats : ''}`;
}

/** Calls of one viewer, key and contents are one intent; a call without a key is one by itself. */
export function intentOf({ id, viewer, request }: ChangeCall): string {
  return request.key === null ? `${id}` : `${viewer} ${request.key} ${contentsOf(request)}`;
}
