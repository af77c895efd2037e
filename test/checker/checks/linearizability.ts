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
  const shortest = shortestThatFails(seats, stepsOn(seats, steps), stuck);
  const callIds = new Set(shortest.flatMap((step) => step.callIds));
  return [
    {
      check,
      what: `${where}: nothing explains how ${stuck.effect.kind} (call ${stuck.callIds}) can have taken place`,
      calls: calls.filter(({ id }) => callIds.has(id)),
    },
  ];
}

/** Leaves out, as long as it is not explained, what began after it was stuck, and then one reservation after the other. */
function shortestThatFails(seats: readonly number[], steps: readonly Step[], stuck: Step): readonly Step[] {
  const fails = (some: readonly Step[]) => linearize(seats, some).outcome === 'not linearizable';
  let shortest: readonly Step[] = steps.filter(({ fromMs }) => fromMs <= stuck.toMs);
  if (!fails(shortest)) shortest = steps;
  for (const subject of new Set(shortest.map(subjectOf))) {
    const without = shortest.filter((step) => subjectOf(step) !== subject);
    if (without.length < shortest.length && fails(without)) shortest = without;
  }
  return shortest;
}

/** What can be left out together without making up a history that never was. */
function subjectOf({ effect, callIds }: Step): string {
  return 'reservation' in effect ? effect.reservation : `${callIds}`;
}
