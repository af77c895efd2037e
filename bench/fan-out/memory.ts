import { AsyncStack } from '../../src/async-stack.ts';
import { Child } from '../child-process.ts';
import type { Memory } from '../process-usage.ts';
import { slopeOf } from '../statistics.ts';
import { type Arm, startHoldfast, startPlayer } from './arms.ts';
import { type FanOutOptions, SEATS } from './options.ts';
import type { Subscribers } from './subscribers.ts';

const SAMPLE_SECONDS = 10;
/** Of the run: what is compiled and cached at first is not growth. */
const SETTLING = 0.2;

export interface MemoryFigures {
  /** Bytes for each idle subscriber, on V8's heap and outside: the resident set of a busy process changes by more than that. */
  readonly perSocket: { readonly floor: number; readonly holdfast: number };
  /** Null where the long run was left out. */
  readonly overTime: MemoryOverTime | null;
}

export interface MemoryOverTime {
  readonly samples: readonly (Memory & { readonly minutes: number })[];
  /** Of the resident set over the whole run, by the line nearest to the samples; a share of what it was. */
  readonly growth: number;
}

/** In processes of their own, which collect their garbage before they tell. */
export async function measureMemory(options: FanOutOptions): Promise<MemoryFigures> {
  await using resources = new AsyncStack();
  const nodeOptions = ['--expose-gc'];
  const server = { seats: SEATS, seatsAtOnce: options.changes, nodeOptions };
  const holdfast = await startHoldfast(server, resources);
  const floor = await startPlayer('floor-server', holdfast.recording, nodeOptions, resources);
  const subscribers = resources.use(new Child<Subscribers>(new URL('./subscribers.ts', import.meta.url)));
  const stage = { subscribers, eventId: holdfast.venue.eventId, count: options.subscribers };
  const floorPerSocket = await memoryPerSocket(floor, stage);
  await subscribers.ask('disconnect');
  const perSocket = { floor: floorPerSocket, holdfast: await memoryPerSocket(holdfast, stage) };
  return { perSocket, overTime: options.memoryMinutes > 0 ? await watch(holdfast, options) : null };
}

interface Stage {
  readonly subscribers: Child<Subscribers>;
  readonly eventId: string;
  readonly count: number;
}

/** Leaves the sockets connected. What the first hundred cause to be loaded is no part of it. */
async function memoryPerSocket(arm: Arm, { subscribers, eventId, count }: Stage): Promise<number> {
  await subscribers.ask('connect', { url: arm.url, eventId, count: 100 });
  await arm.play({ times: 20, perSecond: 20 });
  const before = await arm.memory();
  await subscribers.ask('connect', { url: arm.url, eventId, count });
  await arm.play({ times: 20, perSecond: 20 });
  const after = await arm.memory();
  return (after.used - before.used) / count;
}

async function watch(arm: Arm, { memoryMinutes, framesPerSecond }: FanOutOptions): Promise<MemoryOverTime> {
  const samples: (Memory & { minutes: number })[] = [];
  const rate = { times: SAMPLE_SECONDS * framesPerSecond, perSecond: framesPerSecond };
  for (const startedAt = performance.now(); ; ) {
    const minutes = (performance.now() - startedAt) / 60_000;
    samples.push({ minutes, ...(await arm.memory()) });
    if (minutes >= memoryMinutes) break;
    await arm.play(rate);
  }
  const settled = samples.filter(({ minutes }) => minutes >= memoryMinutes * SETTLING);
  const perMinute = slopeOf(settled.map(({ minutes, rss }) => ({ x: minutes, y: rss })));
  return { samples, growth: (perMinute * memoryMinutes) / (settled[0]?.rss ?? Number.NaN) };
}
