import { type Countdown, startCountdown } from './countdown.ts';
import type { ReservationDetailsFragment, ViewerReservationChangesSubscription } from './generated/documents.ts';

/** A reservation as its holder follows it, with what was left of it as that message came. */
export interface FollowedReservation {
  readonly reservation: ReservationDetailsFragment;
  readonly countdown: Countdown;
}

export function followed(reservation: ReservationDetailsFragment): FollowedReservation {
  return { reservation, countdown: startCountdown(reservation.expiresInMs) };
}

type Held = readonly FollowedReservation[];

/** Puts together what a viewer holds, the oldest first, from messages that tell of one reservation each. */
export function heldReservations() {
  const told = new Set<string>();
  return {
    reduce(base: Held | null, message: ViewerReservationChangesSubscription, shown: Held | null): Held {
      const { viewerReservations: reservation } = message;
      if (base === null) told.clear();
      told.add(reservation.id);
      const others = (base ?? shown ?? []).filter((other) => other.reservation.id !== reservation.id);
      return reservation.status === 'ACTIVE' ? [...others, followed(reservation)].sort(byAge) : others;
    },
    /** Those that ended while the connection was lost are told of no more. */
    settled: (base: Held | null): Held => (base ?? []).filter(({ reservation: { id } }) => told.has(id)),
  };
}

function byAge({ reservation: one }: FollowedReservation, { reservation: other }: FollowedReservation): number {
  return Date.parse(one.createdAt) - Date.parse(other.createdAt);
}
