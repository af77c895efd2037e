import { AsyncStack } from '../../src/async-stack.ts';
import { isKept } from '../bounds.ts';
import { Child } from '../child-process.ts';
import { describeMachine } from '../machine.ts';
import { keepResults } from '../results.ts';
import { ARMS, type ArmName, type PlayerArm, type ServerOptions, startHoldfast, startPlayer } from './arms.ts';
import { measureCrowd } from './crowd.ts';
import { type BytesFigures, boundsOf, bytesOf, figuresOf, type Round } from './figures.ts';
import { type FanOutOptions, SEATS } from './options.ts';
import { chartOf, reportOf } from './report.ts';
import { runArm, type Stage } from './run.ts';
import type { Subscribers } from './subscribers.ts';

/** Compiles the database's code, so that changes cost the same from the first round on. */
const WARM_UP = { times: 400, perSecond: 50 };

/** Resolves to the exit code: 1 if a bound is missed. */
export async function fanOut(options: FanOutOptions): Promise<number> {
  const machine = describeMachine();
  const { rounds, bytes } = await runRounds(options);
  const crowd = await measureCrowd(options);
  const figures = { arms: figuresOf(rounds, options.seconds), bytes, crowd };
  const bounds = boundsOf(figures);
  say(reportOf(figures, bounds));
  const measuredAt = new Date().toISOString();
  await keepResults('fan-out', { measuredAt, machine, options, figures, bounds, rounds }, chartOf(figures));
  return bounds.every(isKept) ? 0 : 1;
}

/** Alternates the arms, so that other load on the machine affects all of them. */
async function runRounds(options: FanOutOptions): Promise<{ rounds: Round[]; bytes: BytesFigures }> {
  await using resources = new AsyncStack();
  const arms = await startArms({ seats: SEATS, seatsAtOnce: options.changes, nodeOptions: [] }, resources);
  const subscribers = resources.use(new Child<Subscribers>(new URL('./subscribers.ts', import.meta.url)));
  const stage = { subscribers, eventId: arms.holdfast.venue.eventId, options };
  await arms.holdfast.play(WARM_UP);
  const rounds: Round[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    rounds.push(await runRound(arms, stage));
    say(`round ${round} of ${options.rounds}: ${ARMS.map((name) => describeRun(name, rounds.at(-1))).join(', ')}`);
  }
  return { rounds, bytes: bytesOf(arms.holdfast.recording) };
}

/** The other arms replay Holdfast's frames, at the same rate and for the same time. */
async function runRound(arms: Arms, stage: Stage): Promise<Round> {
  const { seconds, framesPerSecond } = stage.options;
  const { run: holdfast, recorded } = await runArm(arms.holdfast, stage, framesPerSecond);
  const play = async (arm: PlayerArm) => {
    await arm.load(recorded);
    const { run } = await runArm(arm, stage, recorded.length / seconds);
    return run;
  };
  return { holdfast, floor: await play(arms.floor), stock: await play(arms.stock) };
}

function describeRun(name: ArmName, round: Round | undefined): string {
  return `${name} ${round?.[name].cpuPerDelivery.toFixed(1)} µs`;
}

type Arms = Awaited<ReturnType<typeof startArms>>;

async function startArms(server: ServerOptions, resources: AsyncStack) {
  const holdfast = await startHoldfast(server, resources);
  const { recording } = holdfast;
  return {
    floor: await startPlayer('floor-server', recording, server.nodeOptions, resources),
    stock: await startPlayer('stock-server', recording, server.nodeOptions, resources),
    holdfast,
  };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
