import type { Call } from '../history/call.ts';
import { seenFromHere } from '../history/clock.ts';
import { policy } from '../rig/policy.ts';
import { concerns } from './bookings.ts';
import { grouped } from './grouped.ts';
import type { House, Violation } from './house.ts';

/** A time in which a reservation ran for certain. */
interface Running {
  readonly reservation: string;
  readonly viewer: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** No viewer ever has more reservations of one house than allowed. */
export function checkLimits(house: House): Violation[] {
  const running = grouped(runningIn(house), ({ viewer }) => viewer);
  return [...running].flatMap(([viewer, own]) => {
    const atOnce = own
      .map(({ fromMs }) => own.filter((other) => other.fromMs <= fromMs && fromMs < other.toMs))
      .find(({ length }) => length > policy.maxActiveReservations);
    if (atOnce === undefined) return [];
    const what = `${viewer} had ${atOnce.length} reservations at once`;
    const shown = house.calls.filter((call) => atOnce.some(({ reservation }) => concerns(call, reservation)));
    return [{ check: 'limits', what, calls: shown }];
  });
}

/** From when it was told of until its viewer may first have ended it. */
function runningIn({ calls, record, offset }: House): Running[] {
  return record.reservations.flatMap(({ id, viewer, createdAtMs }) => {
    const own = calls.filter((call) => concerns(call, id));
    const told = own.filter(({ request, answer }) => request.kind === 'reserve' && answer.type === 'Reservation');
    const ends = own.flatMap((call) => (mayEnd(call) ? call.calledAtMs : []));
    const fromMs = Math.min(...told.map(({ answeredAtMs }) => answeredAtMs));
    const toMs = Math.min(...ends, seenFromHere(createdAtMs + policy.reservationMs, offset).earliestMs);
    return fromMs < toMs ? [{ reservation: id, viewer, fromMs, toMs }] : [];
  });
}

function mayEnd({ request }: Call): boolean {
  return request.kind === 'confirm' || (request.kind === 'cancel' && request.seats === null);
}
