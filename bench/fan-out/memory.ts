import type { Child } from '../child-process.ts';
import type { Memory } from '../process-usage.ts';
import { slopeOf } from '../statistics.ts';
import type { Arm } from './arms.ts';
import type { FanOutOptions } from './options.ts';
import type { Subscribers } from './subscribers.ts';

const SAMPLE_SECONDS = 10;
/** Of the run: what is compiled and cached at first is not growth. */
const SETTLING = 0.2;

/** Bytes that a socket adds. */
export interface PerSocket {
  readonly resident: number;
  readonly heap: number;
  /** Beside the heap: what Node allocates for the socket. */
  readonly external: number;
}

export interface MemoryOverTime {
  readonly samples: readonly (Memory & { readonly minutes: number })[];
  /** Of the resident set over the whole run, by the line nearest to the samples; a share of what it was. */
  readonly growth: number;
}

interface Stage {
  readonly subscribers: Child<Subscribers>;
  readonly eventId: string;
  readonly count: number;
}

/** Leaves the sockets connected. What the first hundred cause to be loaded is no part of it. */
export async function memoryPerSocket(arm: Arm, { subscribers, eventId, count }: Stage): Promise<PerSocket> {
  await subscribers.ask('connect', { url: arm.url, eventId, count: 100 });
  await arm.play({ times: 20, perSecond: 20 });
  const before = await arm.memory();
  await subscribers.ask('connect', { url: arm.url, eventId, count });
  await arm.play({ times: 20, perSecond: 20 });
  const after = await arm.memory();
  const added = (of: keyof Memory) => (after[of] - before[of]) / count;
  return { resident: added('rss'), heap: added('heap'), external: added('external') };
}

export async function watchMemory(
  arm: Arm,
  { memoryMinutes, framesPerSecond }: FanOutOptions,
): Promise<MemoryOverTime> {
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
