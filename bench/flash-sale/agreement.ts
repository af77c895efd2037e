import type { Sql } from 'postgres';
import { decodeBookingId, decodeEventId, decodeReservationId, decodeSeatId } from '../../src/graphql/ids.ts';
import type { Answer } from './answers.ts';
import type { LoadRequest } from './load-process.ts';

/** A request to reserve or to confirm, and its answer. */
export interface Exchange {
  readonly request: LoadRequest;
  readonly answer: Answer;
}

interface StoredReservation {
  readonly id: string;
  readonly viewer: string;
  readonly status: string;
  readonly seats: readonly number[];
}

interface StoredSeat {
  readonly index: number;
  readonly status: string;
  /** By the booking if there is one. */
  readonly holder: string | null;
}

/** Differences between the store and the answers for one event, one line each. */
export async function disagreements(sql: Sql, eventId: string, exchanges: readonly Exchange[]): Promise<string[]> {
  const uuid = decodeEventId(eventId) ?? '';
  const reservations = await sql<StoredReservation[]>`
    select id, viewer_id as viewer, status, seat_indexes as seats from reservations where event_id = ${uuid}`;
  const seats = await sql<StoredSeat[]>`
    select seats.index, seats.status, coalesce(seats.reservation_id, bookings.reservation_id) as holder
    from seats left join bookings on bookings.event_id = seats.event_id and bookings.id = seats.booking_id
    where seats.event_id = ${uuid}`;
  const bookings = await sql<{ id: string }[]>`select id from bookings where event_id = ${uuid}`;
  const found = [
    ...faultsOfAnswers(exchanges, reservations, seats, new Set(bookings.map(({ id }) => id))),
    ...faultsOfStore(exchanges, reservations, seats, bookings.length),
  ];
  return found;
}

function faultsOfAnswers(
  exchanges: readonly Exchange[],
  reservations: readonly StoredReservation[],
  seats: readonly StoredSeat[],
  bookings: ReadonlySet<string>,
): string[] {
  const byId = new Map(reservations.map((reservation) => [reservation.id, reservation]));
  const statuses = new Map(seats.map(({ index, status }) => [index, status]));
  return exchanges.flatMap(({ request, answer }) => {
    const indexes = indexesOf(answer.seatIds);
    switch (answer.outcome) {
      case 'Reservation': {
        const stored = byId.get(decodeReservationId(answer.id ?? '')?.reservationId ?? '');
        if (stored === undefined) return [`${answer.id} was acknowledged and is not there`];
        const agrees =
          stored.viewer === request.viewer && isSame(stored.seats, indexes) && isSame(askedBy(request), indexes);
        return agrees ? [] : [`${answer.id} is stored as ${JSON.stringify(stored)}, and was answered as ${indexes}`];
      }
      case 'Booking':
        return bookings.has(decodeBookingId(answer.id ?? '')?.bookingId ?? '')
          ? []
          : [`${answer.id} was acknowledged and is not there`];
      case 'SeatsUnavailable': {
        const asked = new Set(askedBy(request));
        const wrong = indexes.filter((index) => !asked.has(index) || statuses.get(index) === 'AVAILABLE');
        return indexes.length > 0 && wrong.length === 0
          ? []
          : [`seats ${indexes} were refused, of which ${wrong} are free`];
      }
      default:
        return [];
    }
  });
}

function faultsOfStore(
  exchanges: readonly Exchange[],
  reservations: readonly StoredReservation[],
  seats: readonly StoredSeat[],
  bookings: number,
): string[] {
  const granted = exchanges.filter(({ answer }) => answer.outcome === 'Reservation');
  const acknowledged = new Set(granted.map(({ answer }) => decodeReservationId(answer.id ?? '')?.reservationId));
  const unknown = reservations.filter(({ id }) => !acknowledged.has(id));
  const holders = new Map(
    seats.filter(({ status }) => status !== 'AVAILABLE').map(({ index, holder }) => [index, holder]),
  );
  const held = reservations.flatMap(({ id, seats: indexes }) => indexes.map((index) => ({ id, index })));
  const twice = held.length - new Set(held.map(({ index }) => index)).size;
  const booked = exchanges.filter(({ answer }) => answer.outcome === 'Booking').length;
  return [
    ...unknown.map(({ id }) => `reservation ${id} was acknowledged to nobody`),
    ...held
      .filter(({ id, index }) => holders.get(index) !== id)
      .map(({ id, index }) => `seat ${index} is not held by ${id}`),
    ...(holders.size === held.length ? [] : [`${holders.size} seats are taken, reservations hold ${held.length}`]),
    ...(twice === 0 ? [] : [`${twice} seats are in two reservations`]),
    ...(bookings === booked ? [] : [`${bookings} bookings are there, ${booked} were acknowledged`]),
  ];
}

function askedBy({ input }: LoadRequest): number[] {
  return indexesOf('seatIds' in input ? (input.seatIds as readonly string[]) : []);
}

function indexesOf(seatIds: readonly string[]): number[] {
  return seatIds.map((id) => decodeSeatId(id)?.index ?? -1);
}

function isSame(some: readonly number[], others: readonly number[]): boolean {
  const [sorted, otherSorted] = [some.toSorted(ascending), others.toSorted(ascending)];
  return sorted.length === otherSorted.length && sorted.every((value, at) => value === otherSorted[at]);
}

function ascending(one: number, other: number): number {
  return one - other;
}
