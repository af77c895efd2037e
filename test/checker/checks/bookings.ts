import type { Call } from '../history/call.ts';
import type { StoredBooking } from '../history/store-record.ts';
import type { House, Violation } from './house.ts';

/** Every acknowledged booking is there in the end, as it was told; and none that nobody asked for, or paid. */
export function checkBookings({ calls, record }: House): Violation[] {
  const told = calls.flatMap((call) => {
    const { request, answer } = call;
    if (request.kind !== 'confirm' || answer.type !== 'Booking') return [];
    const stored = record.bookings.find(({ reservation }) => reservation === request.reservation);
    if (stored !== undefined && isSame(stored, answer)) return [];
    const what =
      stored === undefined ? 'is not there in the end' : `is another one in the end: ${JSON.stringify(stored)}`;
    return [violation(`the booking ${answer.id}, which was acknowledged, ${what}`, request.reservation, calls)];
  });
  const notAskedFor = record.bookings.flatMap((booking) => {
    const asked = calls.filter(({ request, viewer }) => {
      return request.kind === 'confirm' && request.reservation === booking.reservation && viewer === booking.viewer;
    });
    if (asked.some(({ request }) => request.kind === 'confirm' && request.accepted)) return [];
    return [violation(`the booking ${booking.id} was never asked for and paid`, booking.reservation, calls)];
  });
  return [...told, ...notAskedFor];
}

function isSame(stored: StoredBooking, told: Extract<Call['answer'], { type: 'Booking' }>): boolean {
  return stored.id === told.id && stored.reference === told.reference && `${stored.seats}` === `${told.seats}`;
}

function violation(what: string, reservation: string, calls: readonly Call[]): Violation {
  return { check: 'bookings are kept', what, calls: calls.filter((call) => concerns(call, reservation)) };
}

/** The call made the reservation, or is about it. */
export function concerns({ request, answer }: Call, reservation: string): boolean {
  if ('reservation' in request) return request.reservation === reservation;
  return answer.type === 'Reservation' && answer.id === reservation;
}
