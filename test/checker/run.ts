import type { Violation } from './checks/house.ts';
import { Random } from './random.ts';
import { describeFault, describeViolation } from './report.ts';
import { checkStops } from './rest.ts';
import { type FaultKind, faultNames } from './rig/faults.ts';
import { Rig } from './rig/rig.ts';
import { playRound, type Round } from './round.ts';

export interface RunOptions {
  readonly operations: number;
  /** Operations in one round. */
  readonly round: number;
  readonly seed: number;
  readonly firstRound: number;
  readonly nodes: number;
  readonly viewers: number;
  readonly houses: number;
  /** In one round. */
  readonly faults: number;
  /** All kinds, if it is not said. */
  readonly only?: readonly FaultKind[];
  readonly program: string;
  /** The folder where the nodes' logs are kept, if that is wanted. */
  readonly logs?: string;
  /** No round begins later. */
  readonly withinSeconds?: number;
}

/** What was done and found. */
export interface Summary {
  readonly seed: number;
  readonly nodes: number;
  readonly viewers: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly operations: number;
  readonly answers: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: number;
  /** How often each check found something. */
  readonly broken: Readonly<Record<string, number>>;
}

/** Rounds until there were enough operations, or until one finds that a promise is broken. */
export async function run(options: RunOptions, log: (line: string) => void): Promise<Summary> {
  const began = performance.now();
  const rounds: Round[] = [];
  await using rig = await Rig.start({ ...options, nodeCount: options.nodes });
  const isOver = () => {
    const lastMs = (options.withinSeconds ?? Number.POSITIVE_INFINITY) * 1_000;
    return operationsOf(rounds) >= options.operations || performance.now() - began > lastMs;
  };
  for (let nth = options.firstRound; !isOver(); nth += 1) {
    const round = await playRound({
      ...options,
      rig,
      seed: seedOf(options, nth),
      operations: options.round,
      faults: faultsOf(options, nth),
    });
    rounds.push(round);
    log(
      `round ${nth}: ${round.operations} operations, ${round.faults.length} faults, ${round.violations.length} violations`,
    );
    if (round.violations.length === 0) continue;
    for (const violation of firstOfEach(round.violations)) log(describeViolation(violation));
    log(['faults:', ...round.faults.map(describeFault)].join('\n'));
    log(`again: ${commandFor(options, nth)}`);
    break;
  }
  await Promise.all(rig.nodes.map((node) => node.stop()));
  const atEnd = rounds.some(({ violations }) => violations.length > 0) ? [] : checkStops(rig);
  for (const violation of atEnd) log(describeViolation(violation));
  return summaryOf(options, { rounds, atEnd, seconds: (performance.now() - began) / 1_000 });
}

/** One of each check tells most of it. */
function firstOfEach(violations: readonly Violation[]): Violation[] {
  return [...new Map(violations.toReversed().map((violation) => [violation.check, violation])).values()].reverse();
}

function operationsOf(rounds: readonly Round[]): number {
  return rounds.reduce((sum, { operations }) => sum + operations, 0);
}

/** Each round by itself can be played again. */
function seedOf({ seed }: RunOptions, nth: number): number {
  return new Random(seed + nth * 1_000_003).below(2 ** 31);
}

/** All kinds in a random order, over and over. */
function faultsOf(options: RunOptions, nth: number): FaultKind[] {
  const kinds = options.only ?? faultNames;
  const random = new Random(seedOf(options, nth) + 1);
  const faults: FaultKind[] = [];
  while (faults.length < options.faults) faults.push(...random.shuffled(kinds));
  return faults.slice(0, options.faults);
}

function commandFor(options: RunOptions, nth: number): string {
  const only = options.only === undefined ? '' : ` --only ${options.only.map((kind) => `'${kind}'`).join(' ')}`;
  const { seed, nodes, viewers, houses, faults, round } = options;
  return `npm run checker -- --seed ${seed} --first-round ${nth} --operations 1 --round ${round} --nodes ${nodes} --viewers ${viewers} --houses ${houses} --faults ${faults}${only}`;
}

interface Found {
  readonly rounds: readonly Round[];
  readonly atEnd: readonly Violation[];
  readonly seconds: number;
}

function summaryOf({ seed, nodes, viewers }: RunOptions, { rounds, atEnd, seconds }: Found): Summary {
  const violations = [...rounds.flatMap((round) => round.violations), ...atEnd];
  return {
    ...{ seed, nodes, viewers, seconds: Math.round(seconds), rounds: rounds.length, operations: operationsOf(rounds) },
    answers: rounds.map(({ answers }) => answers).reduce(added, {}),
    faults: counted(rounds.flatMap(({ faults }) => faults.map(({ kind }) => kind))),
    violations: violations.length,
    broken: counted(violations.map(({ check }) => check)),
  };
}

function counted(names: readonly string[]): Record<string, number> {
  return names.map((name) => ({ [name]: 1 })).reduce(added, {});
}

function added(one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): Record<string, number> {
  const sums = { ...one };
  for (const [name, count] of Object.entries(other)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
