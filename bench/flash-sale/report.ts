import { type Bound, describeBounds } from '../bounds.ts';
import { tableOf } from '../table.ts';
import type { RunFigures } from './measure.ts';
import { disagreementsIn, type Results } from './results.ts';
import { callsInForeground } from './statements.ts';

const HEADS = ['', 'at once', 'answers/s', 'of them', 'p50 ms', 'p99 ms', 'CPU µs', 'rows/write', 'statements/res.'];

export function reportOf(results: Results, bounds: readonly Bound[]): string {
  return [
    tableOf(HEADS, rowsOf(results).map(rowOf)),
    '',
    ...disagreementsIn(results).slice(0, 10),
    describeBounds(bounds),
  ].join('\n');
}

interface NamedRun {
  readonly name: string;
  readonly figures: RunFigures;
}

function rowsOf({ refusals, sale, wins, contention, overlaps, confirms }: Results): NamedRun[] {
  const named = (name: string, runs: readonly RunFigures[] | undefined) =>
    (runs ?? []).map((figures) => ({ name, figures }));
  return [
    ...named(
      'refusals: Holdfast',
      refusals?.rounds.map(({ holdfast }) => holdfast),
    ),
    ...named(
      'refusals: bare Apollo',
      refusals?.rounds.map(({ floor }) => floor),
    ),
    ...named('sale', sale),
    ...named(
      'wins: Holdfast',
      wins?.map(({ holdfast }) => holdfast),
    ),
    ...named(
      'wins: textbook',
      wins?.map(({ textbook }) => textbook),
    ),
    ...named(
      'contention',
      contention?.flatMap((round) => Object.values(round)),
    ),
    ...named('overlaps', overlaps && [overlaps]),
    ...named('confirms', confirms && [confirms]),
  ];
}

function rowOf({ name, figures }: NamedRun): string[] {
  const { connections, perSecond, outcomes, latencyMs, cpuPerAnswer, statements } = figures;
  const write = statements.confirm ?? statements.reserve;
  const granted = (outcomes.Reservation ?? 0) + (outcomes.Booking ?? 0);
  return [
    name,
    String(connections),
    perSecond.toFixed(0),
    Object.entries(outcomes)
      .map(([outcome, count]) => `${count} ${outcome}`)
      .join(', '),
    latencyMs.p50.toFixed(1),
    latencyMs.p99.toFixed(1),
    cpuPerAnswer.toFixed(0),
    write === undefined ? '' : (write.rows / write.calls).toFixed(1),
    granted === 0 ? '' : (callsInForeground(statements) / granted).toFixed(2),
  ];
}
