import { AsyncStack } from '../../src/async-stack.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { startRedis } from '../../test/support/redis.ts';
import { isKept } from '../bounds.ts';
import { Load } from '../flash-sale/load.ts';
import { durable } from '../flash-sale/stage.ts';
import { describeMachine } from '../machine.ts';
import { keepResults } from '../results.ts';
import { boundsOf } from './bounds.ts';
import { chartOf } from './chart.ts';
import { type Contender, openContenders, type Stores } from './contenders.ts';
import { runExpiry } from './expiry.ts';
import { type AllResults, mediansOf, type Round } from './medians.ts';
import type { ContenderName, SchemesOptions } from './options.ts';
import { reportOf } from './report.ts';
import { runFreeSeats, runSale, type Tools } from './sale.ts';
import { countDeadlocks } from './store-checks.ts';

/** Longer than a sale takes. */
const SALE_HOLD_SECONDS = 600;
/** Requests before the measurement, so that the code is compiled. */
const WARM_UP_USERS = 3_000;

/** Resolves to the exit code: 1 if a bound is missed. */
export async function schemes(options: SchemesOptions): Promise<number> {
  const machine = describeMachine();
  const results = await measureSchemes(options);
  const bounds = boundsOf(results, options.seats);
  const report = reportOf(results, bounds);
  process.stdout.write(report);
  // The documentation shows runs of all contenders, with locks in one order.
  if (options.only.length === 0 && options.asNamed !== true) {
    const measuredAt = new Date().toISOString();
    const medians = mediansOf(results);
    await keepResults('schemes', { measuredAt, machine, options, medians, bounds, results }, chartOf(results), report);
  }
  return bounds.every(isKept) ? 0 : 1;
}

/** Results of the named contenders, by name. */
export async function measureSchemes(options: SchemesOptions): Promise<AllResults> {
  await using resources = new AsyncStack();
  const stores = {
    postgres: resources.use(await startPostgres([...durable])),
    redis: resources.use(await startRedis()),
  };
  const sales = await takeTurns(stores, options);
  const lateness = await runExpiries(stores, options);
  const results = sales.map(async ({ contender: { name, databaseUrl }, rounds }) => {
    const deadlocks = databaseUrl === null ? 0 : await countDeadlocks(databaseUrl);
    return [name, { rounds, deadlocks, lateness: lateness.get(name) ?? [] }];
  });
  return Object.fromEntries(await Promise.all(results));
}

interface Measured {
  readonly contender: Contender;
  readonly rounds: Round[];
}

async function takeTurns(stores: Stores, options: SchemesOptions): Promise<Measured[]> {
  await using resources = new AsyncStack();
  const times = { holdSeconds: SALE_HOLD_SECONDS, payingMs: options.payingMs };
  const measured = (await openContenders(stores, options, times, resources)).map((contender): Measured => {
    return { contender, rounds: [] };
  });
  const tools = { load: new Load(resources), redis: stores.redis, options };
  const warmUp = { ...options, users: Math.min(options.users, WARM_UP_USERS) };
  for (const { contender } of measured) await runRound(contender, { ...tools, options: warmUp });
  for (let round = 1; round <= options.rounds; round += 1) {
    process.stderr.write(`round ${round}\n`);
    for (const { contender, rounds } of measured) rounds.push(await runRound(contender, tools));
  }
  return measured;
}

async function runRound(contender: Contender, tools: Tools): Promise<Round> {
  const sale = await runSale(contender, tools);
  return { sale, freeSeats: contender.databaseUrl === null ? null : await runFreeSeats(contender, tools) };
}

/** In parallel, because there is little load. */
async function runExpiries(stores: Stores, options: SchemesOptions): Promise<Map<ContenderName, readonly number[]>> {
  await using resources = new AsyncStack();
  const times = { holdSeconds: options.holdSeconds, payingMs: null };
  const contenders = await openContenders(stores, options, times, resources);
  const storing = contenders.filter(({ databaseUrl }) => databaseUrl !== null);
  process.stderr.write('expiry\n');
  return new Map(
    await Promise.all(storing.map(async (contender) => [contender.name, await runExpiry(contender, options)] as const)),
  );
}
