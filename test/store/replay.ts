import type { Fact, LoggedChange } from '../../src/domain/change.ts';

/** A seat by the change log. */
export interface ReplayedSeat {
  readonly status: 'AVAILABLE' | 'RESERVED' | 'BOOKED' | 'BLOCKED';
  readonly reservationId: string | null;
  readonly bookingId: string | null;
  readonly expiresAtMs: number | null;
}

const available: ReplayedSeat = { status: 'AVAILABLE', reservationId: null, bookingId: null, expiresAtMs: null };

/** Seats after all changes of an event. */
export function replay(changes: readonly LoggedChange[], seatCount: number): ReplayedSeat[] {
  const seats = Array.from({ length: seatCount }, () => available);
  for (const fact of changes.flatMap(({ change }) => change.facts)) {
    for (const index of seatIndexesOf(fact)) seats[index] = seatAfter(fact);
  }
  return seats;
}

function seatIndexesOf(fact: Fact): readonly number[] {
  if (fact.kind === 'sales-status-changed' || fact.kind === 'reservation-transferred') return [];
  return fact.kind === 'event-created' ? fact.blockedSeatIndexes : fact.seatIndexes;
}

function seatAfter(fact: Fact): ReplayedSeat {
  switch (fact.kind) {
    case 'reservation-created':
    case 'reservation-extended': {
      const { reservationId, expiresAtMs } = fact;
      return { ...available, status: 'RESERVED', reservationId, expiresAtMs };
    }
    case 'booking-confirmed':
      return { ...available, status: 'BOOKED', bookingId: fact.bookingId };
    case 'event-created':
    case 'seats-blocked':
      return { ...available, status: 'BLOCKED' };
    case 'seats-unblocked':
    case 'reservation-cancelled':
    case 'reservation-expired':
    case 'sales-status-changed':
    case 'reservation-transferred':
      return available;
  }
}
