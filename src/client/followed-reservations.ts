import { type Countdown, startCountdown } from './countdown.ts';
import type { ReservationDetailsFragment, ViewerReservationChangesSubscription } from './generated/documents.ts';

/** A reservation as its holder follows it, with a countdown from when its message came. */
export interface FollowedReservation {
  readonly reservation: ReservationDetailsFragment;
  readonly countdown: Countdown;
}

export function followed(reservation: ReservationDetailsFragment): FollowedReservation {
  return { reservation, countdown: startCountdown(reservation.expiresInMs) };
}

type Held = readonly FollowedReservation[];

/** Builds the list of a viewer's reservations, oldest first, from messages about one reservation each. */
export function heldReservations() {
  /** Ids in the messages of the current subscription. */
  const received = new Set<string>();
  return {
    reduce(base: Held | null, message: ViewerReservationChangesSubscription, shown: Held | null): Held {
      const { viewerReservations: reservation } = message;
      if (base === null) received.clear();
      received.add(reservation.id);
      const others = (base ?? shown ?? []).filter((other) => other.reservation.id !== reservation.id);
      return reservation.status === 'ACTIVE' ? [...others, followed(reservation)].sort(byAge) : others;
    },
    /** Drops those that ended while the connection was lost, for which no message comes. */
    settled: (base: Held | null): Held => (base ?? []).filter(({ reservation: { id } }) => received.has(id)),
  };
}

function byAge({ reservation: one }: FollowedReservation, { reservation: other }: FollowedReservation): number {
  return Date.parse(one.createdAt) - Date.parse(other.createdAt);
}
