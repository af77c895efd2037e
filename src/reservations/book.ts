import type { BookingRecord, ReservationKey } from '../domain/records.ts';
import type { GroupCommit, Writes } from '../group-commit/group-commit.ts';
import type { Booked, BookingOrder, Bookings } from '../payments/payment-flow.ts';
import type { Database } from '../store/engine/database.ts';
import { batched } from '../store/queries/batched.ts';
import { findBookingsOfReservations } from '../store/queries/bookings.ts';
import { bookLate } from '../store/statements/book-late.ts';
import { type ConfirmOutcome, confirmReservations } from '../store/statements/confirm-reservations.ts';
import type { BookRequest } from '../store/statements/write-bookings.ts';
import type { PostCommit } from './post-commit.ts';

export interface BookDependencies {
  readonly database: Database;
  readonly groupCommit: GroupCommit;
  readonly postCommit: PostCommit;
  readonly random: (bytes: number) => Uint8Array;
}

/** How often a random reference is drawn until one is free. */
const MAX_DRAWS = 5;
/** Bookings read in one statement. */
const MAX_READ = 500;

/** Books reservations, for the buyer who confirms and for whoever finds a payment later. */
export class ReservationBookings implements Bookings {
  readonly find: (reservation: ReservationKey) => Promise<BookingRecord | undefined>;
  readonly #dependencies: BookDependencies;
  readonly #writes: Writes<BookingOrder, Booked>;

  constructor(dependencies: BookDependencies) {
    const { database, groupCommit } = dependencies;
    this.#dependencies = dependencies;
    this.find = batched((keys: readonly ReservationKey[]) => readBookings(database, keys), MAX_READ);
    this.#writes = groupCommit.register<BookingOrder, Booked>({
      conflictKeys: ({ reservationId }) => [reservationId],
      write: (eventId, orders) =>
        this.#write(eventId, orders, (requests) => confirmReservations(database, eventId, requests)),
    });
  }

  book(eventId: string, order: BookingOrder): Promise<Booked> {
    return this.#writes.submit(eventId, order);
  }

  /** Alone, because two such requests may want the same seats. */
  async bookLate(eventId: string, order: BookingOrder): Promise<Booked> {
    const { database } = this.#dependencies;
    const [outcome] = await this.#write(eventId, [order], (requests) =>
      Promise.all(requests.map((request) => bookLate(database, eventId, request))),
    );
    if (outcome === undefined) throw new Error('the statement returned no outcome');
    return outcome;
  }

  async #write(
    eventId: string,
    orders: readonly BookingOrder[],
    write: (requests: readonly BookRequest[]) => Promise<ConfirmOutcome[]>,
  ): Promise<Booked[]> {
    const outcomes = await this.#withReferences(orders, write);
    const bookings = outcomes.flatMap((outcome) => (outcome.outcome === 'confirmed' ? [outcome.booking] : []));
    this.#dependencies.postCommit.onBooked(eventId, bookings);
    return outcomes;
  }

  async #withReferences(
    orders: readonly BookingOrder[],
    write: (requests: readonly BookRequest[]) => Promise<ConfirmOutcome[]>,
    draws = 1,
  ): Promise<Booked[]> {
    const { random } = this.#dependencies;
    const outcomes = await write(orders.map((order) => ({ ...order, reference: bookingReference(random(8)) })));
    const again = orders.filter((_, at) => outcomes[at]?.outcome === 'reference-taken');
    if (again.length > 0 && draws === MAX_DRAWS) throw new Error('no reference of a booking is free');
    const others = again.length === 0 ? [] : await this.#withReferences(again, write, draws + 1);
    return outcomes.flatMap((outcome) => (outcome.outcome === 'reference-taken' ? others.splice(0, 1) : [outcome]));
  }
}

async function readBookings(database: Database, keys: readonly ReservationKey[]) {
  const found = await findBookingsOfReservations(database, keys);
  const byReservation = new Map(found.map((booking) => [booking.reservationId, booking]));
  return keys.map(({ reservationId }) => byReservation.get(reservationId));
}

/** Crockford's base 32, without I, L, O and U, which are easily misread. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A booking's reference for people, such as 'K7QM-3F9A', from five bits of each of eight random bytes. */
function bookingReference(random: Uint8Array): string {
  const letters = Array.from(random.subarray(0, 8), (byte) => ALPHABET[byte & 31]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}`;
}
