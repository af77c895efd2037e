import { intentOf, isChange } from '../history/call.ts';
import type { StoredReservation, StoreRecord } from '../history/store-record.ts';
import { policy } from '../rig/policy.ts';
import { concerns } from './bookings.ts';
import type { House, Violation } from './house.ts';

/**
 * By the store's own clock, to its last millisecond: who holds a seat holds it to the deadline, nobody else has it before, and nobody
 * does anything with it at the deadline or later. What nodes say of time agrees, however wrong their clocks are.
 */
export function checkTimes(house: House): Violation[] {
  return [...checkSuccessions(house), ...checkBookedInTime(house), ...checkBookedLate(house), ...checkToldTimes(house)];
}

function checkSuccessions({ calls, record }: House): Violation[] {
  return record.reservations.flatMap((earlier) =>
    record.reservations.flatMap((later) => {
      // One that was let go of may have been made, and be over, while the earlier one was still waiting for its locks.
      const seat = earlier.seats.find((held) => later.status !== 'CANCELLED' && later.seats.includes(held));
      if (seat === undefined || later.createdAtMs <= earlier.createdAtMs) return [];
      if (later.createdAtMs >= endOf(earlier, record)) return [];
      const what = `seat ${seat}: ${later.id} was made at ${later.createdAtMs}, while ${earlier.id} held it until ${endOf(earlier, record)}`;
      return [violation(what, [earlier, later], calls)];
    }),
  );
}

/** By the store's clock, where that can be told: a seat let go of may be taken at any time afterwards. */
function endOf({ id, status, expiresAtMs }: StoredReservation, { bookings }: StoreRecord): number {
  if (status === 'CANCELLED') return Number.NEGATIVE_INFINITY;
  const isBookedInTime = bookings.some(({ reservation, isLate }) => reservation === id && !isLate);
  return status === 'CONFIRMED' && isBookedInTime ? Number.POSITIVE_INFINITY : expiresAtMs;
}

function checkBookedInTime({ calls, record }: House): Violation[] {
  return record.bookings.flatMap((booking) => {
    const reservation = reservationOf(booking.reservation, record);
    if (reservation === undefined || booking.isLate === booking.bookedAtMs >= reservation.expiresAtMs) return [];
    const what = `${reservation.id} was booked at ${booking.bookedAtMs}, and its deadline was ${reservation.expiresAtMs}`;
    return [violation(what, [reservation], calls)];
  });
}

/** What is booked late is booked while nobody else holds it, and nobody else gets it afterwards. */
function checkBookedLate({ calls, record }: House): Violation[] {
  return record.bookings.flatMap((booking) => {
    const own = reservationOf(booking.reservation, record);
    if (own === undefined || !booking.isLate) return [];
    const rival = record.reservations.find((other) => {
      const isOther = other.id !== own.id && other.status !== 'CANCELLED';
      return (
        isOther && other.seats.some((seat) => booking.seats.includes(seat)) && endOf(other, record) > booking.bookedAtMs
      );
    });
    if (rival === undefined) return [];
    const what = `${own.id} was booked late, at ${booking.bookedAtMs}, and ${rival.id} holds a seat of it until ${endOf(rival, record)}`;
    return [violation(what, [own, rival], calls)];
  });
}

/** An answer says how long a reservation has left, and by that when it was given. */
function checkToldTimes({ calls, offset }: House): Violation[] {
  const attempts = new Map<string, number>();
  for (const intent of calls.filter(isChange).map(intentOf)) attempts.set(intent, (attempts.get(intent) ?? 0) + 1);
  return calls.flatMap((call) => {
    const { request, answer, calledAtMs, answeredAtMs } = call;
    if (answer.type !== 'Reservation') return [];
    // An attempt that comes after another is told of the reservation as it is by then.
    const isRepeated = isChange(call) && attempts.get(intentOf(call)) !== 1;
    if (request.kind !== 'reserve' && !isRepeated && answer.status === 'EXPIRED') {
      return [{ check: 'on time', what: `call ${call.id} changed what had ended`, calls: [call] }];
    }
    if (answer.status !== 'ACTIVE') return [];
    const toldAtMs = answer.expiresAtMs - answer.expiresInMs;
    const earliestMs = calledAtMs + offset.atLeastMs - 2;
    const latestMs = answeredAtMs + offset.atMostMs + 2;
    const check = 'on time';
    if (toldAtMs < earliestMs || toldAtMs > latestMs) {
      return [{ check, what: `call ${call.id} tells of a time left that is not so`, calls: [call] }];
    }
    if (request.kind === 'extend' && !isRepeated && answer.expiresInMs <= policy.extensionMs) {
      return [{ check, what: `call ${call.id} extended what had ended`, calls: [call] }];
    }
    return [];
  });
}

function reservationOf(id: string, record: StoreRecord): StoredReservation | undefined {
  return record.reservations.find((reservation) => reservation.id === id);
}

function violation(what: string, reservations: readonly StoredReservation[], calls: House['calls']): Violation {
  return {
    check: 'on time',
    what,
    calls: calls.filter((call) => reservations.some(({ id }) => concerns(call, id))),
  };
}
