import type { Call } from '../history/call.ts';
import { seenFromHere } from '../history/clock.ts';
import type { PastFault } from '../rig/nemesis.ts';
import type { House, Violation } from './house.ts';

/**
 * What refuses a reservation may be behind the store, but not for long: this, when nothing is wrong. Many times what a mark or a
 * missed message may stand for.
 */
export const REFUSED_FOR_AT_MOST_MS = 20_000;

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** No seat was said to be unavailable after it had been free for that long, without a fault meanwhile. */
export function checkRefusals(house: House, faults: readonly PastFault[]): Violation[] {
  return house.calls.flatMap((call) => {
    const { request, answer, calledAtMs, answeredAtMs } = call;
    if (request.kind !== 'reserve' || answer.type !== 'SeatsUnavailable') return [];
    const looked = { fromMs: calledAtMs - REFUSED_FOR_AT_MOST_MS, toMs: answeredAtMs };
    if (faults.some((fault) => overlap(fault, looked))) return [];
    const seat = answer.seats.find((named) => !takenTimes(named, house).some((taken) => overlap(taken, looked)));
    if (seat === undefined || looked.fromMs < (house.calls[0]?.calledAtMs ?? looked.fromMs)) return [];
    const what = `seat ${seat} was refused in call ${call.id}, and had been free for more than ${REFUSED_FOR_AT_MOST_MS} ms`;
    return [
      { check: 'free seats are sold', what, calls: house.calls.filter((other) => names(other, seat)).slice(-20) },
    ];
  });
}

/** When the seat may not have been free. */
function takenTimes(seat: number, { calls, record, offset }: House): Span[] {
  const held = record.reservations
    .filter(({ requested }) => requested.includes(seat))
    .map(({ createdAtMs, expiresAtMs, status }) => ({
      fromMs: seenFromHere(createdAtMs, offset).earliestMs,
      toMs: status === 'CONFIRMED' ? Number.POSITIVE_INFINITY : seenFromHere(expiresAtMs, offset).latestMs,
    }));
  const blocked = calls
    .filter(({ request }) => request.kind === 'block' && request.seats.includes(seat))
    .map(({ calledAtMs }) => ({ fromMs: calledAtMs, toMs: Number.POSITIVE_INFINITY }));
  return [...held, ...blocked];
}

function names({ request }: Call, seat: number): boolean {
  return 'seats' in request && request.seats?.includes(seat) === true;
}

function overlap(one: Span, other: Span): boolean {
  return one.fromMs <= other.toMs && other.fromMs <= one.toMs;
}
