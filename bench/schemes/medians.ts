import { quantileOf, type Spread, spreadOf } from '../statistics.ts';
import { type ContenderName, contenderNames } from './options.ts';
import type { FreeSeatFigures, Latency, SaleFigures } from './sale.ts';

/** One round of one contender. */
export interface Round {
  readonly sale: SaleFigures;
  /** Null if it grants nothing. */
  readonly freeSeats: FreeSeatFigures | null;
}

/** All results of one contender. */
export interface Results {
  readonly rounds: readonly Round[];
  /** Sum of the whole run. */
  readonly deadlocks: number;
  /** Milliseconds for each hold that expired. */
  readonly lateness: readonly number[];
}

export type AllResults = Readonly<Partial<Record<ContenderName, Results>>>;

/** Medians over the rounds. */
export interface Medians {
  readonly name: ContenderName;
  /** Of free seats; null if nothing is granted. */
  readonly grantsPerSecond: Spread | null;
  readonly grantP99Ms: number | null;
  /** Figures of the sale. */
  readonly refusalsPerSecond: Spread;
  readonly soldOutSeconds: Spread | null;
  readonly latencyMs: Latency;
  readonly cpuPerAnswer: number;
  readonly seatsGranted: Spread;
  /** Sums over all rounds. */
  readonly soldTwice: number;
  readonly soldTwiceWithoutKeys: number;
  readonly errors: number;
  readonly deadlocks: number;
  /** Null if nothing expires. */
  readonly lateMs: Spread | null;
}

export function mediansOf(results: AllResults): Medians[] {
  return contenderNames.flatMap((name) => {
    const of = results[name];
    return of === undefined ? [] : [medianOf(name, of)];
  });
}

export function medianOf(name: ContenderName, { rounds, deadlocks, lateness }: Results): Medians {
  const sales = rounds.map(({ sale }) => sale);
  const freeSeats = rounds.flatMap((round) => round.freeSeats ?? []);
  const ofSales = (pick: (sale: SaleFigures) => number) => spreadOf(sales.map(pick));
  const sum = (pick: (sale: SaleFigures) => number) => sales.reduce((total, sale) => total + pick(sale), 0);
  const grants = freeSeats.length > 0;
  return {
    name,
    grantsPerSecond: grants ? spreadOf(freeSeats.map(({ grantsPerSecond }) => grantsPerSecond)) : null,
    grantP99Ms: grants
      ? quantileOf(
          freeSeats.map(({ latencyMs }) => latencyMs.p99),
          0.5,
        )
      : null,
    refusalsPerSecond: ofSales(({ refusalsPerSecond }) => refusalsPerSecond),
    soldOutSeconds: grants ? ofSales(({ soldOutSeconds }) => soldOutSeconds) : null,
    latencyMs: {
      p50: ofSales(({ latencyMs }) => latencyMs.p50).median,
      p95: ofSales(({ latencyMs }) => latencyMs.p95).median,
      p99: ofSales(({ latencyMs }) => latencyMs.p99).median,
    },
    cpuPerAnswer: ofSales(({ cpuPerAnswer }) => cpuPerAnswer).median,
    seatsGranted: ofSales(({ seatsGranted }) => seatsGranted),
    soldTwice: sum(({ soldTwice }) => soldTwice),
    soldTwiceWithoutKeys: sum(({ soldTwiceWithoutKeys }) => soldTwiceWithoutKeys),
    errors: [...sales, ...freeSeats].reduce((total, { outcomes }) => total + errorsIn(outcomes), 0),
    deadlocks,
    lateMs: lateness.length > 0 ? spreadOf(lateness) : null,
  };
}

/** Answers that are neither grants nor refusals. */
function errorsIn(outcomes: Readonly<Record<string, number>>): number {
  const { Reservation: _, SeatsUnavailable: __, ...errors } = outcomes;
  return Object.values(errors).reduce((total, count) => total + count, 0);
}
