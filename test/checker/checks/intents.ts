import type { Call } from '../history/call.ts';
import { mayHaveAskedFor } from '../history/steps.ts';
import type { StoredReservation } from '../history/store-record.ts';
import { policy } from '../rig/policy.ts';
import { concerns } from './bookings.ts';
import { grouped } from './grouped.ts';
import type { House, Violation } from './house.ts';

/**
 * Every reservation that was told is there in the end, was asked for with these seats, and by one intent; a key has one effect and one
 * answer. What nobody was told of was at least asked for, by a call without an answer.
 */
export function checkIntents(house: House): Violation[] {
  return [...checkKeys(house), ...checkTold(house), ...checkNotTold(house)];
}

function checkKeys({ calls, record }: House): Violation[] {
  const byKey = grouped(calls.filter(isByKey), ({ request }) => request.key);
  return [...byKey.values()].flatMap((attempts) => {
    const [first] = attempts;
    const viewer = first?.viewer;
    const key = first?.request.key;
    const made = record.reservations.filter((reservation) => reservation.viewer === viewer && reservation.key === key);
    const told = attempts.flatMap(({ answer }) => (answer.type === 'Reservation' ? answer.id : []));
    const wrongSeats = attempts.filter(({ request, answer }) => {
      return answer.type === 'Reservation' && made.some(({ requested }) => `${requested}` !== `${request.seats}`);
    });
    if (made.length <= 1 && new Set(told).size <= 1 && wrongSeats.length === 0) return [];
    const what = `the key ${key} made ${made.length} reservations, told of ${new Set(told).size}, ${wrongSeats.length} times for other seats`;
    return [{ check: 'one effect a key', what, calls: attempts }];
  });
}

function checkTold({ calls, record }: House): Violation[] {
  const granted = new Map<string, Call>();
  return calls.flatMap((call) => {
    const { request, answer, viewer } = call;
    if ('reservation' in request && answer.type === 'NotFound') {
      const what = `the reservation ${request.reservation}, which was acknowledged, is not found`;
      return [kept(what, request.reservation, calls)];
    }
    if (request.kind !== 'reserve' || answer.type !== 'Reservation') return [];
    const earlier = granted.get(answer.id);
    granted.set(answer.id, call);
    const stored = record.reservations.find(({ id }) => id === answer.id);
    const fault = stored === undefined ? 'is not there in the end' : faultOf(call, stored, earlier);
    return fault === null ? [] : [kept(`the reservation ${answer.id} of ${viewer} ${fault}`, answer.id, calls)];
  });
}

function faultOf(
  { request, answer, viewer }: Call,
  stored: StoredReservation,
  earlier: Call | undefined,
): string | null {
  if (request.kind !== 'reserve' || answer.type !== 'Reservation') return null;
  if (stored.viewer !== viewer) return `is ${stored.viewer}'s in the end`;
  if (`${stored.requested}` !== `${request.seats}`) return `was made for ${stored.requested}`;
  if (request.key === null && earlier !== undefined) return `was given for call ${earlier.id} before`;
  if (answer.seats.some((seat) => !request.seats.includes(seat))) return `was told with other seats`;
  const lastsMs = stored.expiresAtMs - stored.createdAtMs;
  const longestMs = policy.reservationMs + policy.maxExtensions * policy.extensionMs + policy.fenceMs;
  if (lastsMs < policy.reservationMs || lastsMs > longestMs) return `was made to last ${lastsMs} ms`;
  if (stored.extensions > policy.maxExtensions) return `was extended ${stored.extensions} times`;
  return null;
}

function checkNotTold({ calls, record }: House): Violation[] {
  const told = new Set(calls.flatMap(({ answer }) => (answer.type === 'Reservation' ? answer.id : [])));
  const explained = new Set<number>();
  return record.reservations.flatMap((reservation) => {
    if (told.has(reservation.id)) return [];
    const asked = calls.find((call) => mayHaveAskedFor(call, reservation) && !explained.has(call.id));
    if (asked !== undefined) {
      if (reservation.key === null) explained.add(asked.id);
      return [];
    }
    const what = `nobody asked for the reservation ${reservation.id} of ${reservation.requested} by ${reservation.viewer}`;
    return [
      { check: 'nothing that was not asked for', what, calls: calls.filter((call) => isLike(call, reservation)) },
    ];
  });
}

function isLike({ request, viewer }: Call, { viewer: holder, requested }: StoredReservation): boolean {
  return request.kind === 'reserve' && viewer === holder && `${request.seats}` === `${requested}`;
}

function kept(what: string, reservation: string, calls: readonly Call[]): Violation {
  return { check: 'reservations are kept', what, calls: calls.filter((call) => concerns(call, reservation)) };
}

type ByKey = Call & { readonly request: { readonly kind: 'reserve'; readonly key: string } };

function isByKey(call: Call): call is ByKey & { readonly request: { readonly seats: readonly number[] } } {
  return call.request.kind === 'reserve' && call.request.key !== null;
}
