import { mkdir } from 'node:fs/promises';
import { AsyncStack } from '../../src/async-stack.ts';
import { isKept } from '../bounds.ts';
import { describeMachine } from '../machine.ts';
import { keepResults } from '../results.ts';
import { boundsOf } from './bounds.ts';
import { chartOf } from './chart.ts';
import { runConfirms } from './confirms.ts';
import { mediansOf } from './medians.ts';
import { ARMS, type ArmName, type FlashSaleOptions } from './options.ts';
import { runOverlaps } from './overlaps.ts';
import { runRefusals } from './refusals.ts';
import { reportOf } from './report.ts';
import type { Results } from './results.ts';
import { runSales } from './sale.ts';
import { openStage, type Stage } from './stage.ts';
import { runContention, runWins } from './wins.ts';

const runs: Readonly<Record<ArmName, (stage: Stage) => Promise<Results>>> = {
  refusals: async (stage) => ({ refusals: await runRefusals(stage) }),
  sale: async (stage) => ({ sale: await runSales(stage) }),
  wins: async (stage) => ({ wins: await runWins(stage) }),
  contention: async (stage) => ({ contention: await runContention(stage) }),
  overlaps: async (stage) => ({ overlaps: await runOverlaps(stage) }),
  confirms: async (stage) => ({ confirms: await runConfirms(stage) }),
};

/** Resolves to the exit code: 1 if a bound is missed. */
export async function flashSale(options: FlashSaleOptions): Promise<number> {
  const machine = describeMachine();
  if (options.profile !== undefined) await mkdir(options.profile, { recursive: true });
  const results = await runArms(options);
  const bounds = boundsOf(results, options.seats);
  process.stdout.write(reportOf(results, bounds));
  // The documentation shows runs of all arms, without profiling.
  if (options.only.length === 0 && options.profile === undefined) {
    const measuredAt = new Date().toISOString();
    const medians = mediansOf(results);
    await keepResults('flash-sale', { measuredAt, machine, options, medians, bounds, results }, chartOf(results));
  }
  return bounds.every(isKept) ? 0 : 1;
}

async function runArms(options: FlashSaleOptions): Promise<Results> {
  await using resources = new AsyncStack();
  const stage = await openStage(options, resources);
  const results: Results = {};
  for (const arm of ARMS.filter((name) => options.only.length === 0 || options.only.includes(name))) {
    process.stderr.write(`${arm}\n`);
    Object.assign(results, await runs[arm](stage));
  }
  return results;
}
