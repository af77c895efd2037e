import type { Bound } from '../bounds.ts';
import { spreadOf } from '../statistics.ts';
import { type AllResults, medianOf, type Results, type Round } from './medians.ts';

/** The next buyer retries every few milliseconds, on a machine that six servers share. */
const MOST_LATE_MS = 250;

/** Bounds of Holdfast, if it ran. If the hybrid scheme ran too, Holdfast must not be slower. */
export function boundsOf(results: AllResults, seats: number): Bound[] {
  const { holdfast: of, hybrid } = results;
  if (of === undefined) return [];
  const holdfast = medianOf('holdfast', of);
  const { least, most } = holdfast.seatsGranted;
  const { least: earliest, most: latest } = holdfast.lateMs ?? { least: Number.NaN, most: Number.NaN };
  const bounds: Bound[] = [
    { name: 'seats granted, at least', value: least, least: seats },
    { name: 'seats granted, at most', value: most, most: seats },
    { name: 'seats sold twice', value: holdfast.soldTwice, most: 0 },
    { name: 'seats sold twice when Redis lost its keys', value: holdfast.soldTwiceWithoutKeys, most: 0 },
    { name: 'deadlocks', value: holdfast.deadlocks, most: 0 },
    { name: 'errors', value: holdfast.errors, most: 0 },
    { name: 'earliest grant of a held seat, ms after the deadline', value: earliest, least: 0 },
    { name: 'latest grant of an expired seat, ms after the deadline', value: latest, most: MOST_LATE_MS },
  ];
  if (hybrid !== undefined) {
    bounds.push(
      { name: "refusals a second, of the hybrid's", value: ratioOf(of, hybrid, refusalsOf), least: 1 },
      { name: "grants a second, of the hybrid's", value: ratioOf(of, hybrid, grantsOf), least: 1 },
    );
  }
  return bounds;
}

const refusalsOf = ({ sale }: Round) => sale.refusalsPerSecond;
const grantsOf = ({ freeSeats }: Round) => freeSeats?.grantsPerSecond ?? Number.NaN;

/** Median of the ratios in the same rounds. */
function ratioOf(one: Results, other: Results, rateOf: (round: Round) => number): number {
  const ratios = one.rounds.flatMap((round, at) => {
    const beside = other.rounds[at];
    return beside === undefined ? [] : [rateOf(round) / rateOf(beside)];
  });
  return spreadOf(ratios).median;
}
