import type { Closing } from '../../src/closing.ts';
import { Child } from '../child-process.ts';
import type { Memory } from '../process-usage.ts';
import type { FloorServer } from './floor-server.ts';
import type { HoldfastServer } from './holdfast-server.ts';
import type { Recording } from './messages.ts';
import { record } from './record.ts';
import type { StockServer } from './stock-server.ts';
import { jwtSecret, type Rate, Venue } from './venue.ts';

export const ARMS = ['floor', 'stock', 'holdfast'] as const;
export type ArmName = (typeof ARMS)[number];

/** A server in a process of its own. */
export interface Arm {
  readonly url: string;
  /** Sends every subscriber one message a frame. Gives the moment of each frame. */
  play(rate: Rate): Promise<readonly number[]>;
  /** Of the subscription's operation, so far. */
  executions(): Promise<number>;
  /** Used so far. */
  cpuMicros(): Promise<number>;
  memory(): Promise<Memory>;
}

export interface HoldfastArm extends Arm {
  readonly venue: Venue;
  readonly recording: Recording;
}

export interface ServerOptions {
  readonly seats: number;
  /** In one change. */
  readonly seatsAtOnce: number;
  readonly dataDir: string;
  readonly nodeOptions: readonly string[];
}

type Measured = Pick<FloorServer, 'executions' | 'cpuMicros' | 'memory'>;

/** Short, so that each change is told in a frame of its own. */
export const FRAME_MS = 10;

export async function startHoldfast(options: ServerOptions, closing: Closing): Promise<HoldfastArm> {
  const child = closing.add(
    new Child<HoldfastServer>(new URL('./holdfast-server.ts', import.meta.url), options.nodeOptions),
  );
  const graphqlUrl = await child.ask('open', { dataDir: options.dataDir, jwtSecret, frameMs: FRAME_MS });
  const venue = await Venue.open(graphqlUrl, options);
  const url = graphqlUrl.replace('http', 'ws');
  return {
    ...measured(child),
    url,
    venue,
    recording: await record(url, venue),
    play: (rate) => venue.change(rate),
  };
}

/** A server that plays what Holdfast sent. */
export async function startPlayer(
  module: 'floor-server' | 'stock-server',
  recording: Recording,
  nodeOptions: readonly string[],
  closing: Closing,
): Promise<Arm> {
  const child = closing.add(
    new Child<FloorServer | StockServer>(new URL(`./${module}.ts`, import.meta.url), nodeOptions),
  );
  const url = await child.ask('open', recording);
  return { ...measured(child), url, play: (rate) => child.ask('play', rate) };
}

function measured(child: Child<Measured>) {
  return {
    executions: () => child.ask('executions'),
    cpuMicros: () => child.ask('cpuMicros'),
    memory: () => child.ask('memory'),
  };
}
