import DataLoader from 'dataloader';
import type { ReservationKey } from '../coordination/coordination.ts';
import type { Viewer } from '../identity/viewer.ts';
import { findBookingsOfReservations } from '../store/bookings.ts';
import type { Session } from '../store/database.ts';
import type { BookingRecord, EventRecord } from '../store/records.ts';
import { type Availability, countSeats, readSeatStates, type SeatState } from '../store/seats.ts';
import type { Services } from './services.ts';

export interface SeatKey {
  readonly eventId: string;
  readonly index: number;
}

export interface LoaderOptions {
  readonly store: Session;
  readonly readEvent: Services['readEvent'];
  readonly viewer: Viewer | null;
}

/** Gather what the fields of one operation ask of the store, and ask it once. Most operations need none of them, or one. */
export class Loaders {
  readonly #store: Session;
  readonly #readEvent: Services['readEvent'];
  readonly #viewer: Viewer | null;
  #event: DataLoader<string, EventRecord | null> | undefined;
  #availability: DataLoader<string, Availability> | undefined;
  #seatState: DataLoader<SeatKey, SeatState, string> | undefined;
  #bookingOf: DataLoader<ReservationKey, BookingRecord | null, string> | undefined;

  constructor({ store, readEvent, viewer }: LoaderOptions) {
    this.#store = store;
    this.#readEvent = readEvent;
    this.#viewer = viewer;
  }

  /** By id; null when there is none. */
  get event(): DataLoader<string, EventRecord | null> {
    this.#event ??= new DataLoader((ids) => Promise.all(ids.map(this.#readEvent)));
    return this.#event;
  }

  /** By event. */
  get availability(): DataLoader<string, Availability> {
    this.#availability ??= new DataLoader(async (ids) => {
      const counted = inOrder(ids, await countSeats(this.#store, ids), ({ eventId }) => eventId);
      return counted.map((availability) => availability ?? new Error('the event has no seats'));
    });
    return this.#availability;
  }

  /** As the viewer may see it. */
  get seatState(): DataLoader<SeatKey, SeatState, string> {
    this.#seatState ??= new DataLoader((keys) => seatStates(this.#store, this.#viewer, keys), {
      cacheKeyFn: ({ eventId, index }) => `${eventId}:${index}`,
    });
    return this.#seatState;
  }

  /** By reservation; null when it did not become one. */
  get bookingOf(): DataLoader<ReservationKey, BookingRecord | null, string> {
    this.#bookingOf ??= new DataLoader(
      async (keys) => {
        const bookings = await findBookingsOfReservations(this.#store, keys);
        const ids = keys.map(({ reservationId }) => reservationId);
        return inOrder(ids, bookings, ({ reservationId }) => reservationId);
      },
      { cacheKeyFn: ({ reservationId }) => reservationId },
    );
    return this.#bookingOf;
  }
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
