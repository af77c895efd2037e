import type { Bound } from '../bounds.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { ARMS, type ArmName } from './arms.ts';
import type { MemoryFigures } from './memory.ts';
import type { Run } from './run.ts';

/** Each arm once, one after the other. */
export type Round = Readonly<Record<ArmName, Run>>;

export interface ArmFigures {
  readonly cpuPerDelivery: Spread;
  /** Of the floor's CPU for a delivery in the same round. */
  readonly overFloor: Spread;
  readonly executionsPerFrame: Spread;
  readonly framesPerSecond: number;
  readonly cpuShareAlone: number;
  readonly cpuShare: number;
  readonly bytesPerDelivery: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
}

/** Medians of the rounds: a machine that does other things besides is slow in some of them. */
export function figuresOf(rounds: readonly Round[], seconds: number): Readonly<Record<ArmName, ArmFigures>> {
  const figures = ARMS.map((name) => [name, armFigures(name, rounds, seconds)] as const);
  return Object.fromEntries(figures) as Record<ArmName, ArmFigures>;
}

function armFigures(name: ArmName, rounds: readonly Round[], seconds: number): ArmFigures {
  const spread = (pick: (run: Run, round: Round) => number) =>
    spreadOf(rounds.map((round) => pick(round[name], round)));
  return {
    cpuPerDelivery: spread((run) => run.cpuPerDelivery),
    overFloor: spread((run, { floor }) => run.cpuPerDelivery / floor.cpuPerDelivery),
    executionsPerFrame: spread((run) => run.executionsPerFrame),
    framesPerSecond: spread((run) => run.frames / seconds).median,
    cpuShareAlone: spread((run) => run.cpuPerSecondAlone / 1e6).median,
    cpuShare: spread((run) => run.cpuShare).median,
    bytesPerDelivery: spread((run) => run.bytesPerDelivery).median,
    latencyMs: {
      p50: spread((run) => run.latencyMs.p50).median,
      p99: spread((run) => run.latencyMs.p99).median,
    },
  };
}

/** What a subscriber may cost, as a multiple of bare `ws.send`: the payloads of graphql-ws's protocol are serialised once. */
const MOST_OVER_FLOOR = 1.2;
const MOST_GROWTH = 0.05;

export function boundsOf({ holdfast }: Readonly<Record<ArmName, ArmFigures>>, { overTime }: MemoryFigures): Bound[] {
  const executions = holdfast.executionsPerFrame;
  const bounds: Bound[] = [
    { name: 'CPU per delivery, of the floor', value: holdfast.overFloor.median, most: MOST_OVER_FLOOR },
    { name: 'executions per frame and operation', value: executions.median, least: 1, most: 1 },
  ];
  if (overTime !== null) {
    bounds.push({ name: 'growth of the resident set', value: overTime.growth, most: MOST_GROWTH });
  }
  return bounds;
}
