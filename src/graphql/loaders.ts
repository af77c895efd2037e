import DataLoader from 'dataloader';
import type { ReservationKey } from '../coordination/coordination.ts';
import type { Viewer } from '../identity/viewer.ts';
import { findBookingsOfReservations } from '../store/bookings.ts';
import type { Session } from '../store/database.ts';
import { findEvents } from '../store/events.ts';
import type { BookingRecord, EventRecord } from '../store/records.ts';
import { type Availability, countSeats, readSeatStates, type SeatState } from '../store/seats.ts';

export interface SeatKey {
  readonly eventId: string;
  readonly index: number;
}

/** Gather what the fields of one operation ask of the store, and ask it once. */
export interface Loaders {
  /** By id; null when there is none. */
  readonly event: DataLoader<string, EventRecord | null>;
  /** By event. */
  readonly availability: DataLoader<string, Availability>;
  /** As the viewer may see it. */
  readonly seatState: DataLoader<SeatKey, SeatState, string>;
  /** By reservation; null when it did not become one. */
  readonly bookingOf: DataLoader<ReservationKey, BookingRecord | null, string>;
}

export function createLoaders(store: Session, viewer: Viewer | null): Loaders {
  return {
    event: new DataLoader(async (ids) => inOrder(ids, await findEvents(store, ids), ({ id }) => id)),
    availability: new DataLoader(async (ids) => {
      const counted = inOrder(ids, await countSeats(store, ids), ({ eventId }) => eventId);
      return counted.map((availability) => availability ?? new Error('the event has no seats'));
    }),
    seatState: new DataLoader((keys) => seatStates(store, viewer, keys), {
      cacheKeyFn: ({ eventId, index }) => `${eventId}:${index}`,
    }),
    bookingOf: new DataLoader(
      async (keys) => {
        const bookings = await findBookingsOfReservations(store, keys);
        const ids = keys.map(({ reservationId }) => reservationId);
        return inOrder(ids, bookings, ({ reservationId }) => reservationId);
      },
      { cacheKeyFn: ({ reservationId }) => reservationId },
    ),
  };
}

function inOrder<Key, Row>(keys: readonly Key[], rows: readonly Row[], keyOf: (row: Row) => Key): (Row | null)[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]));
  return keys.map((key) => byKey.get(key) ?? null);
}

async function seatStates(store: Session, viewer: Viewer | null, keys: readonly SeatKey[]) {
  const indexesByEvent = new Map<string, number[]>();
  for (const { eventId, index } of keys) {
    const indexes = indexesByEvent.get(eventId);
    if (indexes === undefined) indexesByEvent.set(eventId, [index]);
    else indexes.push(index);
  }
  const states = new Map<string, ReadonlyMap<number, SeatState>>();
  for (const [eventId, indexes] of indexesByEvent) {
    const read = await readSeatStates(store, eventId, { viewerId: viewer?.id ?? null, indexes });
    states.set(eventId, new Map(read.map((state) => [state.index, state])));
  }
  return keys.map(({ eventId, index }) => states.get(eventId)?.get(index) ?? new Error(`no seat ${index}`));
}
