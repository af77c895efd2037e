import type { Child } from '../child-process.ts';
import type { Memory } from '../process-usage.ts';
import { slopeOf } from '../statistics.ts';
import type { Arm } from './arms.ts';
import type { FanOutOptions } from './options.ts';
import type { Subscribers } from './subscribers.ts';

const SAMPLE_SECONDS = 10;
/** Share of the run that is ignored, because code is compiled and caches are filled. */
const SETTLING = 0.2;

/** Bytes per socket. */
export interface PerSocket {
  readonly resident: number;
  readonly heap: number;
  /** Outside of the heap, for example Node's buffers. */
  readonly external: number;
}

export interface MemoryOverTime {
  readonly samples: readonly (Memory & { readonly minutes: number })[];
  /** Growth of the resident set over the run, by linear regression, as a share. */
  readonly growth: number;
}

interface Stage {
  readonly subscribers: Child<Subscribers>;
  readonly eventId: string;
  readonly count: number;
}

/** Leaves the sockets connected. The first hundred are not measured, because they load code. */
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
