import type { Child } from '../child-process.ts';
import type { Arm } from './arms.ts';
import type { FanOutOptions } from './options.ts';
import type { Subscribers } from './subscribers.ts';

/** After connecting, not measured. */
const WARM_UP_SECONDS = 2;
const ALONE_SECONDS = 5;

/** One arm, for as long as one round has for it. */
export interface Run {
  readonly deliveries: number;
  /** Fewer deliveries than subscribers and frames make: a subscriber that lags is told of several frames at once. */
  readonly merged: number;
  readonly bytesPerDelivery: number;
  readonly executionsPerFrame: number;
  /** Of the server's process: user and system, in microseconds. What the same frames cost with no subscribers is taken off. */
  readonly cpuPerDelivery: number;
  /** What is taken off, a frame. */
  readonly cpuPerFrameAlone: number;
  /** Of one core. */
  readonly cpuShare: number;
  readonly latencyMs: { readonly p50: number; readonly p99: number };
}

export interface Stage {
  readonly subscribers: Child<Subscribers>;
  readonly eventId: string;
  readonly options: FanOutOptions;
}

/** Measures an arm: first alone, then with its subscribers. */
export async function runArm(arm: Arm, { subscribers, eventId, options }: Stage): Promise<Run> {
  const rate = (seconds: number) => ({ times: options.framesPerSecond * seconds, perSecond: options.framesPerSecond });
  const alone = await cpuOf(arm, () => arm.play(rate(ALONE_SECONDS)));
  await subscribers.ask('connect', { url: arm.url, eventId, count: options.subscribers });
  await arm.play(rate(WARM_UP_SECONDS));

  const { times } = rate(options.seconds);
  const executionsBefore = await arm.executions();
  await subscribers.ask('expect', times);
  const startedAt = performance.now();
  const { micros, value: received } = await cpuOf(arm, async () =>
    subscribers.ask('collect', [...(await arm.play(rate(options.seconds)))]),
  );
  const elapsedMicros = (performance.now() - startedAt) * 1000;
  const executions = (await arm.executions()) - executionsBefore;
  await subscribers.ask('disconnect');

  const cpuPerFrameAlone = alone.micros / rate(ALONE_SECONDS).times;
  return {
    deliveries: received.messages,
    merged: received.frames * options.subscribers - received.messages,
    bytesPerDelivery: received.bytes / received.messages,
    executionsPerFrame: executions / received.frames,
    cpuPerDelivery: (micros - cpuPerFrameAlone * times) / received.messages,
    cpuPerFrameAlone,
    cpuShare: micros / elapsedMicros,
    latencyMs: received.latencyMs,
  };
}

async function cpuOf<Value>(arm: Arm, work: () => Promise<Value>) {
  const before = await arm.cpuMicros();
  const value = await work();
  return { value, micros: (await arm.cpuMicros()) - before };
}
