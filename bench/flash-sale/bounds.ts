import type { Bound } from '../bounds.ts';
import { spreadOf } from '../statistics.ts';
import type { RefusalsRound } from './refusals.ts';
import { disagreementsIn, type Results } from './results.ts';
import { callsInForeground } from './statements.ts';

/** Bounds of the arms that ran. */
export function boundsOf(results: Results, seats: number): Bound[] {
  const { refusals, sale = [], wins, contention } = results;
  const bounds: Bound[] = sale.flatMap(({ connections, granted, losersStatements, onceSoldOut }) => [
    { name: `reservations over ${connections} connections`, value: granted, least: seats, most: seats },
    { name: `losers' statements over ${connections} connections`, value: losersStatements, most: 300 },
    {
      name: `statements once sold out, over ${connections} connections`,
      value: onceSoldOut === null ? Number.NaN : callsInForeground(onceSoldOut),
      most: 0,
    },
  ]);
  if (refusals !== undefined) {
    const { rounds } = refusals;
    const of = (pick: (round: RefusalsRound) => number) => spreadOf(rounds.map(pick)).median;
    const rate = of(({ holdfast, floor }) => holdfast.perSecond / floor.perSecond);
    const p99 = of(({ holdfast, floor }) => holdfast.latencyMs.p99 / floor.latencyMs.p99);
    bounds.push({ name: 'refused requests a second, of the floor', value: rate, least: 1 });
    bounds.push({ name: 'p99 of refusals, of the floor', value: p99, most: 1.5 });
  }
  if (wins !== undefined) {
    const ratios = wins.map(({ holdfast, textbook }) => holdfast.perSecond / textbook.perSecond);
    bounds.push({ name: "reservations a second, of the textbook's", value: spreadOf(ratios).median, least: 3 });
  }
  if (contention !== undefined) {
    const ratios = contention.map((round) => round[1_000].perSecond / round[10].perSecond);
    bounds.push({
      name: 'reservations a second at 1,000 at once, of those at 10',
      value: spreadOf(ratios).median,
      least: 0.9,
    });
    const p99s = contention.map((round) => round[1_000].latencyMs.p99);
    bounds.push({ name: 'p99 of reservations at 1,000 at once, ms', value: spreadOf(p99s).median, most: 250 });
  }
  if (results.overlaps !== undefined) bounds.push({ name: 'deadlocks', value: results.overlaps.deadlocks, most: 0 });
  bounds.push({ name: 'disagreements of the store with the answers', value: disagreementsIn(results).length, most: 0 });
  return bounds;
}
