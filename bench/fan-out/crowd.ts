import { AsyncStack } from '../../src/async-stack.ts';
import { Child } from '../child-process.ts';
import { type Arm, type HoldfastArm, startHoldfast, startPlayer } from './arms.ts';
import { type MemoryOverTime, memoryPerSocket, type PerSocket, watchMemory } from './memory.ts';
import { type FanOutOptions, SEATS } from './options.ts';
import { type Run, runArm, type Stage } from './run.ts';
import type { Subscribers } from './subscribers.ts';

/** Changes during the disconnection. */
const MISSED_CHANGES = { times: 5, perSecond: 10 };

export interface CrowdFigures {
  /** Memory of each idle subscriber. */
  readonly perSocket: { readonly floor: PerSocket; readonly holdfast: PerSocket };
  readonly latencies: { readonly floor: Run; readonly holdfast: Run };
  /** Milliseconds from the disconnection of all until each one is current again. */
  readonly comingBack: { readonly p50: number; readonly p99: number; readonly last: number };
  /** Null if the long run was skipped. */
  readonly overTime: MemoryOverTime | null;
}

/** Uses new processes, which collect their garbage before each measurement. */
export async function measureCrowd(options: FanOutOptions): Promise<CrowdFigures> {
  await using resources = new AsyncStack();
  const nodeOptions = ['--expose-gc'];
  const holdfast = await startHoldfast({ seats: SEATS, seatsAtOnce: options.changes, nodeOptions }, resources);
  const floor = await startPlayer('floor-server', holdfast.recording, nodeOptions, resources);
  const subscribers = resources.use(new Child<Subscribers>(new URL('./subscribers.ts', import.meta.url)));
  const { eventId } = holdfast.venue;
  const stage = { subscribers, eventId, options: { ...options, subscribers: options.crowd } };
  const idle = async (arm: Arm) => {
    const taken = await memoryPerSocket(arm, { subscribers, eventId, count: options.crowd });
    await subscribers.ask('disconnect');
    return taken;
  };
  const perSocket = { floor: await idle(floor), holdfast: await idle(holdfast) };
  const { run, recorded } = await runArm(holdfast, stage, options.framesPerSecond);
  await floor.load(recorded);
  const { run: floorRun } = await runArm(floor, stage, recorded.length / options.seconds);
  const comingBack = await measureComingBack(holdfast, stage);
  const overTime = options.memoryMinutes > 0 ? await watchMemory(holdfast, options) : null;
  return { perSocket, latencies: { floor: floorRun, holdfast: run }, comingBack, overTime };
}

async function measureComingBack({ url, play }: HoldfastArm, { subscribers, eventId, options }: Stage) {
  const count = options.subscribers;
  await subscribers.ask('connect', { url, eventId, count });
  const since = await subscribers.ask('cut');
  await play(MISSED_CHANGES);
  const took = await subscribers.ask('comeBack', { url, eventId, since, count });
  await subscribers.ask('disconnect');
  return took;
}
