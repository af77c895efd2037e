import { Closing } from '../../src/closing.ts';
import { isKept } from '../bounds.ts';
import { Child } from '../child-process.ts';
import { describeMachine } from '../machine.ts';
import { keepResults } from '../results.ts';
import { ARMS, type ArmName, type ServerOptions, startHoldfast, startPlayer } from './arms.ts';
import { boundsOf, figuresOf, type Round } from './figures.ts';
import { measureMemory } from './memory.ts';
import { type FanOutOptions, SEATS } from './options.ts';
import { chartOf, reportOf } from './report.ts';
import { type Run, runArm } from './run.ts';
import type { Subscribers } from './subscribers.ts';

/** Gives the exit code: 1 when a bound is missed. */
export async function fanOut(options: FanOutOptions): Promise<number> {
  const machine = describeMachine();
  const rounds = await runRounds(options);
  const memory = await measureMemory(options);
  const figures = figuresOf(rounds);
  const bounds = boundsOf(figures, memory);
  say(reportOf(figures, memory, bounds));
  const measuredAt = new Date().toISOString();
  await keepResults(
    'fan-out',
    { measuredAt, machine, options, figures, bounds, memory, rounds },
    chartOf(figures, memory),
  );
  return bounds.every(isKept) ? 0 : 1;
}

/** The arms by turns, so that what else the machine does falls on all alike. */
async function runRounds(options: FanOutOptions): Promise<Round[]> {
  await using closing = new Closing();
  const arms = await startArms(
    { seats: SEATS, seatsAtOnce: options.changes, dataDir: 'memory://', nodeOptions: [] },
    closing,
  );
  const subscribers = closing.add(new Child<Subscribers>(new URL('./subscribers.ts', import.meta.url)));
  const stage = { subscribers, eventId: arms.holdfast.venue.eventId, options };
  const rounds: Round[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const runs: Partial<Record<ArmName, Run>> = {};
    for (const name of ARMS) {
      const run = await runArm(arms[name], stage);
      runs[name] = run;
      say(`round ${round} of ${options.rounds}, ${name}: ${run.cpuPerDelivery.toFixed(1)} µs/delivery`);
    }
    rounds.push(runs as Round);
  }
  return rounds;
}

async function startArms(server: ServerOptions, closing: Closing) {
  const holdfast = await startHoldfast(server, closing);
  const { recording } = holdfast;
  return {
    floor: await startPlayer('floor-server', recording, server.nodeOptions, closing),
    stock: await startPlayer('stock-server', recording, server.nodeOptions, closing),
    holdfast,
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
