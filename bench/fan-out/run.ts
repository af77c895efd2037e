import type { Child } from '../child-process.ts';
import type { Arm } from './arms.ts';
import type { FanOutOptions } from './options.ts';
import type { Subscribers } from './subscribers.ts';

/** Not measured time after connecting. */
const WARM_UP_SECONDS = 2;
const ALONE_SECONDS = 8;

/** One run of one arm in one round. */
export interface Run {
  readonly frames: number;
  readonly deliveries: number;
  readonly bytesPerDelivery: number;
  readonly executionsPerFrame: number;
  /** CPU time of the server's process in microseconds, less that of the same changes without subscribers. */
  readonly cpuPerDelivery: number;
  /** CPU time per second without subscribers. */
  readonly cpuPerSecondAlone: number;
  /** Share of one core. */
  readonly cpuShare: number;
  /** From the first change in a frame until a subscriber has it. */
  readonly latencyMs: { readonly p50: number; readonly p99: number };
}

export interface Stage {
  readonly subscribers: Child<Subscribers>;
  readonly eventId: string;
  readonly options: FanOutOptions;
}

/** Measures an arm without and then with its subscribers. Also returns the messages of one of them. */
export async function runArm(arm: Arm, { subscribers, eventId, options }: Stage, perSecond: number) {
  const rate = (seconds: number) => ({ times: Math.round(perSecond * seconds), perSecond });
  const alone = await cpuOf(arm, () => arm.play(rate(ALONE_SECONDS)));
  await subscribers.ask('connect', { url: arm.url, eventId, count: options.subscribers });
  await subscribers.ask('expect', rate(WARM_UP_SECONDS).times);
  await arm.play(rate(WARM_UP_SECONDS));
  await subscribers.ask('collect');

  const measured = rate(options.seconds);
  const executionsBefore = await arm.executions();
  await subscribers.ask('expect', measured.times);
  const { micros, seconds, value } = await cpuOf(arm, async () => {
    const moments = await arm.play(measured);
    return { moments, ...(await subscribers.ask('collect')) };
  });
  const executions = (await arm.executions()) - executionsBefore;
  const latencyMs = await subscribers.ask('latencies', arm.momentsOf(value.recorded, value.moments));
  await subscribers.ask('disconnect');

  const cpuPerSecondAlone = alone.micros / ALONE_SECONDS;
  const { recorded, messages, bytes } = value;
  const run: Run = {
    frames: recorded.length,
    deliveries: messages,
    bytesPerDelivery: bytes / messages,
    executionsPerFrame: executions / recorded.length,
    cpuPerDelivery: (micros - (cpuPerSecondAlone * measured.times) / perSecond) / messages,
    cpuPerSecondAlone,
    cpuShare: micros / (seconds * 1e6),
    latencyMs,
  };
  return { run, recorded };
}

async function cpuOf<Value>(arm: Arm, work: () => Promise<Value>) {
  const [before, startedAt] = [await arm.cpuMicros(), performance.now()];
  const value = await work();
  const seconds = (performance.now() - startedAt) / 1000;
  return { value, seconds, micros: (await arm.cpuMicros()) - before };
}
