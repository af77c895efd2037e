import type { Call } from '../history/call.ts';
import { linearize, stepsOn } from '../history/linearizable.ts';
import type { Step } from '../history/step.ts';
import { stepsOf } from '../history/steps.ts';
import { policy, seatsPerHouse } from '../rig/policy.ts';
import type { House, Violation } from './house.ts';

const allSeats = Array.from({ length: seatsPerHouse }, (_, seat) => seat);

/** What happened to each seat can have happened one after the other; and so can what happened to all of them together. */
export function checkLinearizability(house: House): Violation[] {
  const steps = stepsOf(house.calls, house.record, { ...policy, offset: house.offset });
  const ofSeats = allSeats.flatMap((seat) => judge([seat], steps, house.calls, 'one holder at a time'));
  // What one seat shows needs no second telling.
  return ofSeats.length > 0 ? ofSeats.slice(0, 1) : judge(allSeats, steps, house.calls, 'all seats or none');
}

function judge(seats: readonly number[], steps: readonly Step[], calls: readonly Call[], check: string): Violation[] {
  const verdict = linearize(seats, steps);
  if (verdict.outcome === 'linearizable') return [];
  const where = seats.length === 1 ? `seat ${seats[0]}` : 'the seats of the house';
  if (verdict.outcome === 'undecided') {
    return [{ check, what: `${where}: too tangled a history to be decided`, calls: [] }];
  }
  const { stuck } = verdict;
  const callIds = new Set(telling(seats, stepsOn(seats, steps), stuck).flatMap((step) => step.callIds));
  return [
    {
      check,
      what: `${where}: nothing explains how ${stuck.effect.kind} (call ${stuck.callIds}) can have taken place`,
      calls: calls.filter(({ id }) => callIds.has(id)),
    },
  ];
}

/** The shortest history that shows what is wrong, as far as it can be told. */
function telling(seats: readonly number[], steps: readonly Step[], stuck: Step): readonly Step[] {
  const before = steps.filter(({ fromMs }) => fromMs <= stuck.toMs);
  if (needsFreeSeats(stuck, seats)) return withoutBystanders(seats, before, stuck);
  return before.filter(({ toMs }) => toMs >= stuck.fromMs - RECENT_MS);
}

/** What matters to who holds a seat now: a reservation's whole life. */
const RECENT_MS = policy.reservationMs + policy.extensionMs + policy.fenceMs;

function needsFreeSeats({ effect }: Step, seats: readonly number[]): boolean {
  if (effect.kind === 'see') return seats.every((seat) => effect.statuses[seat] === 'AVAILABLE');
  return effect.kind === 'take' || effect.kind === 'block' || effect.kind === 'unblock';
}

/** Whoever is left out leaves seats free: what cannot be even so, he had no part in. */
function withoutBystanders(seats: readonly number[], steps: readonly Step[], stuck: Step): readonly Step[] {
  const fails = (some: readonly Step[]) => {
    const verdict = linearize(seats, some);
    return verdict.outcome === 'not linearizable' && verdict.stuck === stuck;
  };
  return [...new Set(steps.map(subjectOf))].reduce((shortest, subject) => {
    const without = shortest.filter((step) => subjectOf(step) !== subject);
    return subject !== subjectOf(stuck) && fails(without) ? without : shortest;
  }, steps);
}

/** Those of one reservation go together. */
function subjectOf({ effect, callIds }: Step): string {
  return 'reservation' in effect ? effect.reservation : `${callIds}`;
}
