import type { Bound } from '../bounds.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { ARMS, type ArmName } from './arms.ts';
import type { CrowdFigures } from './crowd.ts';
import type { Recording } from './messages.ts';
import type { Run } from './run.ts';

/** One run of each arm. */
export type Round = Readonly<Record<ArmName, Run>>;

export interface ArmFigures {
  readonly cpuPerDelivery: Spread;
  /** Ratio to the floor's CPU per delivery in the same round. */
  readonly overFloor: Spread;
  readonly executionsPerFrame: Spread;
  readonly framesPerSecond: number;
  readonly cpuShareAlone: number;
  readonly cpuShare: number;
  readonly bytesPerDelivery: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
}

/** Medians of the rounds, because other load on the machine slows down some of them. */
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

/** Bytes of the largest frame of one change. */
export interface BytesFigures {
  /** With an app's operation, and the stock client. */
  readonly app: number;
  /** With `changes` alone, and this repository's client. */
  readonly changes: number;
}

export function bytesOf({ deltas, changes }: Recording): BytesFigures {
  const largest = (messages: readonly string[]) => Math.max(...messages.map((message) => Buffer.byteLength(message)));
  return { app: largest(deltas), changes: largest(changes) };
}

export interface Figures {
  readonly arms: Readonly<Record<ArmName, ArmFigures>>;
  readonly bytes: BytesFigures;
  readonly crowd: CrowdFigures;
}

const MOST = {
  /** Ratio to bare `ws.send`. */
  overFloor: 1,
  bytes: 100,
  p99Ms: 100,
  residentPerSocket: 12_000,
  heapPerSocket: 8_000,
  comingBackMs: 10_000,
  growth: 0.05,
};

export function boundsOf({ arms: { holdfast }, bytes, crowd }: Figures): Bound[] {
  const executions = holdfast.executionsPerFrame;
  const { perSocket, latencies, comingBack, overTime } = crowd;
  const bounds: Bound[] = [
    { name: 'CPU per delivery, of the floor', value: holdfast.overFloor.median, most: MOST.overFloor },
    { name: 'executions per frame and operation', value: executions.median, least: 1, most: 1 },
    { name: 'bytes of a delivery, `changes` alone', value: bytes.changes, most: MOST.bytes },
    { name: 'p99 of the large crowd, ms', value: latencies.holdfast.latencyMs.p99, most: MOST.p99Ms },
    { name: 'resident bytes of an idle socket', value: perSocket.holdfast.resident, most: MOST.residentPerSocket },
    { name: 'heap bytes of an idle socket', value: perSocket.holdfast.heap, most: MOST.heapPerSocket },
    { name: 'coming back at once, ms', value: comingBack.last, most: MOST.comingBackMs },
  ];
  if (overTime !== null) {
    bounds.push({ name: 'growth of the resident set', value: overTime.growth, most: MOST.growth });
  }
  return bounds;
}
