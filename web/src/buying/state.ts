import type { BookingDetailsFragment, Countdown, FollowedReservation, SalesStatus, SeatStatus } from '@holdfast/client';
import type { PlanSeat } from '../plan/plan.ts';

/** Why something was not done, in no language yet. */
export type Notice =
  | { readonly kind: 'salesNotOpen'; readonly salesStatus: SalesStatus }
  | { readonly kind: 'seatLimit' | 'reservationLimit' | 'networkLimit'; readonly limit: number }
  /** `wait` is over when it can be tried again. */
  | { readonly kind: 'rateLimited' | 'leftToOthers'; readonly wait: Countdown }
  | { readonly kind: 'invalid'; readonly message: string }
  | { readonly kind: 'busy' | 'declined' | 'extensionLimit' | 'notFound' | 'unreachable' | 'fault' | 'finishFirst' };

/** Seats that somebody else was faster with, and what to take instead. */
export interface Lost {
  readonly seats: readonly PlanSeat[];
  readonly nearby: readonly PlanSeat[];
}

export interface Held {
  readonly step: 'held';
  readonly followed: FollowedReservation;
  readonly busy: 'extending' | 'paying' | 'lettingGo' | null;
  readonly isStale: boolean;
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

/** One viewer's way through one event: from choosing to a booking. */
export interface BuyingState {
  readonly phase: Phase;
  /** In the order in which they were chosen. */
  readonly chosen: readonly PlanSeat[];
  readonly held: readonly PlanSeat[];
  /** By the viewer, at any time. */
  readonly booked: readonly PlanSeat[];
  readonly lost: Lost | null;
  readonly notice: Notice | null;
  /** The server cannot be reached, and something waits for its answer. */
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

/** What has just happened, for people who listen to the page. */
export type News =
  | { readonly kind: 'added' | 'removed'; readonly seat: PlanSeat }
  | { readonly kind: 'notFree'; readonly seat: PlanSeat; readonly status: SeatStatus }
  | { readonly kind: 'reserved'; readonly count: number; readonly seconds: number }
  | { readonly kind: 'extended'; readonly seconds: number }
  | { readonly kind: 'lost'; readonly seats: readonly PlanSeat[] }
  | { readonly kind: 'booked'; readonly reference: string }
  | { readonly kind: 'expired' | 'cancelled' | 'lostSight' };
