import { type Spread, spreadOf } from '../statistics.ts';
import type { RunFigures } from './measure.ts';
import type { Results } from './results.ts';
import { callsInForeground } from './statements.ts';
import { CONCURRENCIES } from './wins.ts';

/** Medians over the rounds of one server in one arm, because other load on the machine slows down some of them. */
export interface Medians {
  readonly name: string;
  readonly connections: number;
  readonly perSecond: Spread;
  /** Ratio to the other server of the arm in the same round. */
  readonly ofFloor: Spread | null;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuPerAnswer: number;
  /** Requests per write statement, and its duration in Postgres; NaN without statements. */
  readonly rowsPerWrite: number;
  readonly msPerWrite: number;
  /** Statements per reservation or booking, without periodic ones; NaN if none was made. */
  readonly statementsPerGrant: number;
  /** Sums over all rounds. */
  readonly outcomes: Readonly<Record<string, number>>;
}

export function mediansOf({ refusals, sale = [], wins, contention, overlaps, confirms }: Results): Medians[] {
  const medians: Medians[] = [];
  if (refusals !== undefined) {
    const [holdfast, floor] = [
      refusals.rounds.map((round) => round.holdfast),
      refusals.rounds.map((round) => round.floor),
    ];
    medians.push(medianOf('refusals: Holdfast', holdfast, floor), medianOf('refusals: bare Apollo', floor));
  }
  medians.push(...sale.map((figures) => medianOf('sale', [figures])));
  if (wins !== undefined) {
    const [holdfast, textbook] = [wins.map((round) => round.holdfast), wins.map((round) => round.textbook)];
    medians.push(medianOf('wins: Holdfast', holdfast, textbook), medianOf('wins: textbook', textbook));
  }
  if (contention !== undefined) {
    for (const connections of CONCURRENCIES) {
      const [runs, few] = [contention.map((round) => round[connections]), contention.map((round) => round[10])];
      medians.push(connections === 10 ? medianOf('contention', runs) : medianOf('contention', runs, few));
    }
  }
  if (overlaps !== undefined) medians.push(medianOf('overlaps', [overlaps]));
  if (confirms !== undefined) medians.push(medianOf('confirms', [confirms]));
  return medians;
}

function medianOf(name: string, runs: readonly RunFigures[], floors?: readonly RunFigures[]): Medians {
  const spread = (pick: (run: RunFigures, floor: RunFigures | undefined) => number) =>
    spreadOf(runs.map((run, round) => pick(run, floors?.[round])));
  return {
    name,
    connections: runs[0]?.connections ?? 0,
    perSecond: spread((run) => run.perSecond),
    ofFloor: floors === undefined ? null : spread((run, floor) => run.perSecond / (floor?.perSecond ?? Number.NaN)),
    p50Ms: spread((run) => run.latencyMs.p50).median,
    p99Ms: spread((run) => run.latencyMs.p99).median,
    cpuPerAnswer: spread((run) => run.cpuPerAnswer).median,
    rowsPerWrite: spread((run) => ofWrites(run, 'rows')).median,
    msPerWrite: spread((run) => ofWrites(run, 'ms')).median,
    statementsPerGrant: spread((run) => callsInForeground(run.statements) / grantsOf(run)).median,
    outcomes: sumOf(runs.map(({ outcomes }) => outcomes)),
  };
}

function ofWrites({ statements }: RunFigures, what: 'rows' | 'ms'): number {
  const write = statements.confirm ?? statements.reserve;
  return write === undefined ? Number.NaN : write[what] / write.calls;
}

function grantsOf({ outcomes }: RunFigures): number {
  return (outcomes.Reservation ?? 0) + (outcomes.Booking ?? 0) || Number.NaN;
}

function sumOf(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of counts.flatMap(Object.entries<number>)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
