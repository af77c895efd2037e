import DataLoader from 'dataloader';
import type { BookingRecord, EventRecord, ReservationKey } from '../domain/records.ts';
import type { Availability } from '../domain/seat.ts';
import { statusOfCode } from '../domain/seat.ts';
import type { Viewer } from '../identity/viewer.ts';
import { findBookingsOfReservations } from '../store/bookings.ts';
import type { Session } from '../store/database.ts';
import { type AllSeats, readAllSeats, readSeatStates, type SeatState } from '../store/seats.ts';
import type { Services } from './services.ts';

export interface SeatKey {
  readonly eventId: string;
  readonly index: number;
}

export interface LoaderOptions {
  readonly store: Session;
  readonly services: Pick<Services, 'readEvent' | 'seats'>;
  readonly viewer: Viewer | null;
}

/** Gather what the fields of one operation ask of the store, and ask it once. Most operations need none of them, or one. */
export class Loaders {
  readonly #store: Session;
  readonly #services: LoaderOptions['services'];
  readonly #viewer: Viewer | null;
  #event: DataLoader<string, EventRecord | null> | undefined;
  #availability: DataLoader<string, Availability> | undefined;
  #statuses: DataLoader<string, Uint8Array> | undefined;
  #seatState: DataLoader<SeatKey, SeatState, string> | undefined;
  #bookingOf: DataLoader<ReservationKey, BookingRecord | null, string> | undefined;

  constructor({ store, services, viewer }: LoaderOptions) {
    this.#store = store;
    this.#services = services;
    this.#viewer = viewer;
  }

  /** By id; null when there is none. */
  get event(): DataLoader<string, EventRecord | null> {
    this.#event ??= new DataLoader((ids) => Promise.all(ids.map(this.#services.readEvent)));
    return this.#event;
  }

  /** By event. */
  get availability(): DataLoader<string, Availability> {
    this.#availability ??= new DataLoader(async (ids) => {
      const counted = await Promise.all(ids.map(this.#services.seats.availability));
      return counted.map((availability) => availability ?? new Error('the event has no seats'));
    });
    return this.#availability;
  }

  /** By event: each seat's status, as `statusCodes` has it, of one moment for all of the operation. */
  get statuses(): DataLoader<string, Uint8Array> {
    this.#statuses ??= new DataLoader((ids) => Promise.all(ids.map(this.#services.seats.statuses)));
    return this.#statuses;
  }

  /** As the viewer may see it. */
  get seatState(): DataLoader<SeatKey, SeatState, string> {
    this.#seatState ??= new DataLoader(seatStates(this.#store, this.#viewer?.id ?? null), {
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

/** Reads the first seats of an event that are asked for by their indexes, and when more are, all of them once. */
function seatStates(store: Session, viewerId: string | null) {
  const seen = new Map<string, Promise<AllSeats> | null>();
  const statesOf = async (
    eventId: string,
    indexes: readonly number[],
  ): Promise<(index: number) => SeatState | null> => {
    if (!seen.has(eventId)) {
      seen.set(eventId, null);
      const states = await readSeatStates(store, eventId, { viewerId, indexes });
      const byIndex = new Map(states.map((state) => [state.index, state]));
      return (index) => byIndex.get(index) ?? null;
    }
    const reading = seen.get(eventId) ?? readAllSeats(store, eventId, viewerId);
    seen.set(eventId, reading);
    const { codes, reservedByViewer } = await reading;
    return (index) =>
      index < codes.length
        ? { index, status: statusOfCode(codes[index]), reservedByViewer: reservedByViewer.has(index) }
        : null;
  };
  return async (keys: readonly SeatKey[]): Promise<(SeatState | Error)[]> => {
    const indexesByEvent = new Map<string, number[]>();
    for (const { eventId, index } of keys) {
      const indexes = indexesByEvent.get(eventId);
      if (indexes === undefined) indexesByEvent.set(eventId, [index]);
      else indexes.push(index);
    }
    const states = new Map<string, (index: number) => SeatState | null>();
    for (const [eventId, indexes] of indexesByEvent) states.set(eventId, await statesOf(eventId, indexes));
    return keys.map(({ eventId, index }) => states.get(eventId)?.(index) ?? new Error(`no seat ${index}`));
  };
}
