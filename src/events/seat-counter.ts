import type { Session } from '../store/database.ts';
import { gathered } from '../store/gathered.ts';
import { countFitting, type SeatFilter } from '../store/seats.ts';
import type { Seating } from './seating.ts';

export interface SeatsToCount {
  readonly eventId: string;
  readonly seating: Seating;
  readonly filter: SeatFilter;
}

/** Counted at a time; each is a statement that goes through the event's seats. */
const MAX_BATCH = 10;

/** Counts an event's seats that fit: by the layout where statuses do not matter, otherwise in the store, for all who ask at the same time together. */
export function seatCounter(session: Session): (asked: SeatsToCount) => number | Promise<number> {
  const count = gathered(async (asked: readonly SeatsToCount[]) => {
    const counts = new Map<string, Promise<number>>();
    for (const one of asked) {
      if (!counts.has(keyOf(one))) counts.set(keyOf(one), countFitting(session, one.eventId, one.filter));
    }
    return Promise.all(asked.map((one) => counts.get(keyOf(one)) ?? 0));
  }, MAX_BATCH);
  return (asked) => (asked.filter.status === null ? countInLayout(asked) : count(asked));
}

function keyOf({ eventId, filter: { status, category } }: SeatsToCount): string {
  return `${eventId} ${status} ${category}`;
}

function countInLayout({ seating: { seatCount, layout }, filter: { category } }: SeatsToCount): number {
  if (category === null) return seatCount;
  return layout.seats.reduce((count, seat) => (seat.category === category ? count + 1 : count), 0);
}
