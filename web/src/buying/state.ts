import type { BookingDetailsFragment, Countdown, FollowedReservation, SalesStatus, SeatStatus } from '@holdfast/client';
import type { PlanSeat } from '../plan/plan.ts';

/** Why something was not done, in no language yet. */
export type Notice =
  | { readonly kind: 'salesNotOpen'; readonly salesStatus: SalesStatus }
  | { readonly kind: 'seatLimit' | 'reservationLimit' | 'networkLimit'; readonly limit: number }
  /** After `wait` it can be retried. */
  | { readonly kind: 'rateLimited' | 'leftToOthers'; readonly wait: Countdown }
  | { readonly kind: 'invalid'; readonly message: string }
  | { readonly kind: 'busy' | 'declined' | 'extensionLimit' | 'notFound' | 'unreachable' | 'fault' | 'finishFirst' };

/** Seats that somebody else has taken, and free ones instead. */
export interface Lost {
  readonly seats: readonly PlanSeat[];
  readonly nearby: readonly PlanSeat[];
}

export interface Held {
  readonly step: 'held';
  readonly followed: FollowedReservation;
  readonly busy: 'extending' | 'paying' | 'lettingGo' | null;
  readonly isStale: boolean;
  /** Whether the buyer's bank wants to hear from the buyer. */
  readonly isAtBank: boolean;
}

export type Phase =
  | { readonly step: 'choosing' }
  | { readonly step: 'reserving' }
  | Held
  | { readonly step: 'booked'; readonly booking: BookingDetailsFragment }
  | {
      readonly step: 'ended';
      readonly how: 'EXPIRED' | 'CANCELLED' | 'LOST_SIGHT';
      readonly seats: readonly PlanSeat[];
    };

/** State of one viewer for one event, from choosing to a booking. */
export interface BuyingState {
  readonly phase: Phase;
  /** In the order of choosing. */
  readonly chosen: readonly PlanSeat[];
  readonly held: readonly PlanSeat[];
  /** Seats that the viewer has ever booked. */
  readonly booked: readonly PlanSeat[];
  readonly lost: Lost | null;
  readonly notice: Notice | null;
  /** Whether a request waits for a server that cannot be reached. */
  readonly isCutOff: boolean;
}

export const atFirst: BuyingState = {
  phase: { step: 'choosing' },
  chosen: [],
  held: [],
  booked: [],
  lost: null,
  notice: null,
  isCutOff: false,
};

/** Announcements for screen readers. */
export type News =
  | { readonly kind: 'added' | 'removed'; readonly seat: PlanSeat }
  | { readonly kind: 'notFree'; readonly seat: PlanSeat; readonly status: SeatStatus }
  | { readonly kind: 'reserved'; readonly count: number; readonly seconds: number }
  | { readonly kind: 'extended'; readonly seconds: number }
  | { readonly kind: 'lost'; readonly seats: readonly PlanSeat[] }
  | { readonly kind: 'booked'; readonly reference: string }
  | { readonly kind: 'expired' | 'cancelled' | 'lostSight' };
