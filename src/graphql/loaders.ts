import DataLoader from 'dataloader';
import type { PaymentKey, PaymentRecord } from '../domain/payment.ts';
import type { BookingRecord, CategoryRecord, EventRecord, ReservationKey } from '../domain/records.ts';
import type { Availability, SeatState } from '../domain/seat.ts';
import type { Asker } from '../domain/viewer.ts';
import type { StatusesAtRevision } from '../events/seat-reader.ts';
import type { SeatKey } from '../events/seat-states.ts';
import type { Services } from './services.ts';

/** Batch the reads of one operation's fields. They are created lazily, because most operations need none or one. */
export class Loaders {
  readonly #services: Pick<Services, 'catalogue' | 'events' | 'seats' | 'holdings'>;
  readonly #asker: Asker;
  #event: DataLoader<string, EventRecord | null> | undefined;
  #availability: DataLoader<string, Availability> | undefined;
  #categories: DataLoader<string, readonly CategoryRecord[]> | undefined;
  #revision: DataLoader<string, number> | undefined;
  #statuses: DataLoader<string, StatusesAtRevision> | undefined;
  #seatState: DataLoader<SeatKey, SeatState, string> | undefined;
  #bookingOf: DataLoader<ReservationKey, BookingRecord | null, string> | undefined;
  #payment: DataLoader<PaymentKey, PaymentRecord | null, string> | undefined;
  #paymentOf: DataLoader<ReservationKey, PaymentRecord | null, string> | undefined;

  constructor(services: Services, asker: Asker) {
    this.#services = services;
    this.#asker = asker;
  }

  /** By id; null when there is none. */
  get event(): DataLoader<string, EventRecord | null> {
    this.#event ??= new DataLoader((ids) => Promise.all(ids.map((id) => this.#services.events.current(id))));
    return this.#event;
  }

  /** By event. */
  get availability(): DataLoader<string, Availability> {
    this.#availability ??= new DataLoader(async (ids) => {
      const counted = await Promise.all(ids.map((id) => this.#services.seats.availability(id)));
      return counted.map((availability) => availability ?? new Error('the event has no seats'));
    });
    return this.#availability;
  }

  /** By event, in the order of its plan. */
  get categories(): DataLoader<string, readonly CategoryRecord[]> {
    this.#categories ??= new DataLoader((ids) => this.#services.catalogue.categories(this.#asker, ids));
    return this.#categories;
  }

  /** By event: its revision. */
  get revision(): DataLoader<string, number> {
    this.#revision ??= new DataLoader((ids) => Promise.all(ids.map((id) => this.#services.seats.revision(id))));
    return this.#revision;
  }

  /** By event: all seats' statuses, read once for the operation. */
  get statuses(): DataLoader<string, StatusesAtRevision> {
    this.#statuses ??= new DataLoader((ids) => Promise.all(ids.map((id) => this.#services.seats.statuses(id))));
    return this.#statuses;
  }

  /** As the viewer may see it. */
  get seatState(): DataLoader<SeatKey, SeatState, string> {
    if (this.#seatState === undefined) {
      const states = this.#services.seats.statesFor(this.#asker);
      const cacheKeyFn = ({ eventId, index }: SeatKey) => `${eventId}:${index}`;
      this.#seatState = new DataLoader((keys: readonly SeatKey[]) => states.read(keys), { cacheKeyFn });
    }
    return this.#seatState;
  }

  /** By reservation; null if it has none. */
  get bookingOf(): DataLoader<ReservationKey, BookingRecord | null, string> {
    this.#bookingOf ??= new DataLoader((keys) => this.#services.holdings.bookingsOf(this.#asker, keys), {
      cacheKeyFn: ({ reservationId }) => reservationId,
    });
    return this.#bookingOf;
  }

  /** Of a booking. */
  get payment(): DataLoader<PaymentKey, PaymentRecord | null, string> {
    this.#payment ??= new DataLoader((keys) => this.#services.holdings.payments(this.#asker, keys), {
      cacheKeyFn: ({ paymentId }) => paymentId,
    });
    return this.#payment;
  }

  /** By reservation: the last one; null if it has none. */
  get paymentOf(): DataLoader<ReservationKey, PaymentRecord | null, string> {
    this.#paymentOf ??= new DataLoader((keys) => this.#services.holdings.paymentsOf(this.#asker, keys), {
      cacheKeyFn: ({ reservationId }) => reservationId,
    });
    return this.#paymentOf;
  }
}
